import { gateView } from '../../domain/approvals/approvals.js';
import type { RunState } from '../../domain/state.js';
import type { Gate } from '../schema/gate.js';

/** The gate at which a release stands, as the API shows it. */
export function gateOf(state: RunState): Gate | undefined {
  const view = gateView(state);
  if (view === undefined) return undefined;
  const { since, given, expiresAt, groups, ...rest } = view;
  return {
    ...rest,
    since: iso(since),
    given: given.map((one) => ({ ...one, at: iso(one.at) })),
    groups: [...groups],
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
