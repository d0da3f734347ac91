import type { Gate } from '../../api/schema/gate.js';

/** Approvals given and needed at a gate of the policy, with their givers, and who may give the others. */
export function approvalsText({ needed, given, groups, notByTrigger }: Pick<Gate, Counted>): string {
  const by = given.length === 0 ? '' : ` by ${given.map((one) => one.by).join(', ')}`;
  const who = [...(groups.length > 0 ? [groups.join(' or ')] : []), ...(notByTrigger ? ['not who triggered it'] : [])];
  return `${given.length} of ${needed} approvals${by}${who.length > 0 ? ` (${who.join(', ')})` : ''}`;
}

type Counted = 'needed' | 'given' | 'groups' | 'notByTrigger';
