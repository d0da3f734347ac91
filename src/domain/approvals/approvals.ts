import { sameRevision, type Revision } from '../revision.js';
import type { ApprovalState, ClosedGate, PolicyGate } from './approval-state.js';
import type { ReleaseState } from '../state.js';
import type { ExpiresInto, ApprovalRule, Approval, Approvals } from './rules.js';
import type { PolicyGateName } from './gates.js';

type Spot = Pick<ApprovalRule, 'gate' | 'atWeight'>;

/** The part of the state that decides whether an approval counts. */
export type Deciding = Pick<ApprovalState, 'approvals' | 'triggers'> & Pick<ReleaseState, 'policy'>;

export function isPolicyGate(gate: ClosedGate | undefined): gate is PolicyGate {
  return gate !== undefined && !('hook' in gate);
}

/** `promotion`, `weight at 50`. */
export function titleOf(gate: Spot | ClosedGate): string {
  return 'atWeight' in gate && gate.atWeight !== undefined ? `${gate.gate} at ${gate.atWeight}` : gate.gate;
}

export function isAt(gate: ClosedGate | undefined, spot: Spot): gate is PolicyGate {
  return isPolicyGate(gate) && gate.gate === spot.gate && gate.atWeight === spot.atWeight;
}

/** The newest policy's rule for a gate; undefined where it no longer has one. */
export function ruleAt({ policy }: Pick<ReleaseState, 'policy'>, spot: Spot): ApprovalRule | undefined {
  return policy?.approvals?.rules.find((rule) => rule.gate === spot.gate && rule.atWeight === spot.atWeight);
}

/** The rules that apply before a rise of the canary's share, in the order in which they are passed. */
export function rulesBeforeRise({ policy }: Pick<ReleaseState, 'policy'>, from: number, to: number): ApprovalRule[] {
  if (to <= from) return [];
  const rules = (policy?.approvals?.rules ?? []).filter(({ gate }) => gate === 'weight');
  const crossed = rules.filter(({ atWeight }) => atWeight !== undefined && from < atWeight && atWeight <= to);
  // Rules for a certain weight replace those for every weight.
  if (crossed.length === 0) return rules.filter(({ atWeight }) => atWeight === undefined);
  return crossed.sort((a, b) => (a.atWeight ?? 0) - (b.atWeight ?? 0));
}

/** The approvals of this revision that count for a rule, one a person. */
export function countedFor(s: Deciding, rule: ApprovalRule, revision: Revision): readonly Approval[] {
  if (!s.approvals || !sameRevision(s.approvals.revision, revision)) return [];
  const here = s.approvals.given.filter(({ gate, atWeight }) => gate === rule.gate && atWeight === rule.atWeight);
  const valid = here.filter((approval) => objectionTo(s, rule, approval) === undefined);
  return valid.filter(({ by }, index) => valid.findIndex((other) => other.by === by) === index);
}

/** The approvals that are left when a gate has been passed. */
export function usedUp({ approvals }: Pick<ApprovalState, 'approvals'>, gate: PolicyGateName): Approvals | undefined {
  return approvals && { ...approvals, given: approvals.given.filter((approval) => approval.gate !== gate) };
}

export function isOpen(s: Deciding, rule: ApprovalRule, revision: Revision): boolean {
  return countedFor(s, rule, revision).length >= rule.needed;
}

/**
 * Why a person can't approve at a gate, in words for them; undefined where they can.
 *
 * Groups and names count only where they are verified: otherwise nobody can be distinguished from the person who
 * triggered the release.
 */
export function objectionTo(
  s: Pick<Deciding, 'triggers'>,
  rule: ApprovalRule,
  { by, groups }: Pick<Approval, 'by' | 'groups'>,
): string | undefined {
  const title = titleOf(rule);
  if (groups === undefined && (rule.groups.length > 0 || rule.notByTrigger)) {
    const who = rule.groups.length > 0 ? `the groups ${rule.groups.join(', ')}` : 'people other than who triggered it';
    return `the gate ${title} is for ${who}, and who ${by} is has not been verified: approve through the API with a token`;
  }
  if (rule.groups.length > 0 && !rule.groups.some((group) => groups?.includes(group))) {
    return `${by} is in none of the groups that may open the gate ${title}: ${rule.groups.join(', ')}`;
  }
  if (rule.notByTrigger && s.triggers.includes(by)) {
    return `${by} has triggered this release, and the gate ${title} must be opened by somebody else`;
  }
  return undefined;
}

/** When the gate expires, milliseconds since 1970; undefined where it doesn't, or has expired and keeps waiting. */
export function expiryOf(s: Pick<ReleaseState, 'policy'>, gate: ClosedGate | undefined): number | undefined {
  if (!isPolicyGate(gate) || gate.expired) return undefined;
  const ms = ruleAt(s, gate)?.expires?.ms;
  return ms === undefined ? undefined : gate.since + gate.stoodStillMs + ms;
}

/** `2 approvals before promotion (release-managers or sre, not who triggered it)`. */
export function demandOf(rule: ApprovalRule): string {
  const who = [
    ...(rule.groups.length > 0 ? [rule.groups.join(' or ')] : []),
    ...(rule.notByTrigger ? ['not who triggered it'] : []),
  ];
  const count = rule.needed === 1 ? '1 approval' : `${rule.needed} approvals`;
  return `${count} ${PLACES[rule.gate]}${placeOf(rule)}${who.length > 0 ? ` (${who.join(', ')})` : ''}`;
}

const PLACES: Readonly<Record<PolicyGateName, string>> = {
  rollout: 'before the rollout',
  weight: 'before weight',
  promotion: 'before promotion',
  rollback: 'before the rollback is completed',
};

function placeOf({ gate, atWeight }: ApprovalRule): string {
  if (gate !== 'weight') return '';
  return atWeight === undefined ? ' increases' : ` ${atWeight}`;
}

/** A closed gate as users see it; times are milliseconds since 1970. */
export interface GateView {
  readonly gate: string;
  readonly since: number;
  /** The webhook that keeps it closed. */
  readonly hook?: string;
  /** The policy's rule that keeps it closed. */
  readonly policy?: string;
  readonly revision?: string;
  readonly needed: number;
  readonly given: readonly Pick<Approval, 'by' | 'at' | 'reason' | 'channel'>[];
  readonly groups: readonly string[];
  readonly notByTrigger: boolean;
  readonly expiresAt?: number;
  readonly expiresInto?: ExpiresInto;
}

export function gateView(s: Deciding & Pick<ApprovalState, 'gate'>): GateView | undefined {
  const { gate } = s;
  if (gate === undefined) return undefined;
  const { since } = gate;
  const shown = { gate: gate.gate, since, ...(gate.revision === undefined ? {} : { revision: gate.revision.hash }) };
  if (!isPolicyGate(gate)) {
    return { ...shown, hook: gate.hook, needed: 1, given: [], groups: [], notByTrigger: false };
  }
  const rule = ruleAt(s, gate);
  const expiresAt = expiryOf(s, gate);
  return {
    ...shown,
    policy: titleOf(gate),
    needed: rule?.needed ?? 0,
    given: (rule ? countedFor(s, rule, gate.revision) : []).map(({ by, at, reason, channel }) => ({
      by,
      at,
      reason,
      channel,
    })),
    groups: rule?.groups ?? [],
    notByTrigger: rule?.notByTrigger ?? false,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(rule?.expires === undefined ? {} : { expiresInto: rule.expires.into }),
  };
}
