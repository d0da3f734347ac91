import type { RollbackWhy } from '../decision/step.js';
import type { Revision } from '../revision.js';
import type { Gate, PolicyGateName } from './gates.js';
import type { Approvals } from './rules.js';

/** A gate that isn't open, and the webhook that keeps it closed. */
export interface HookGate {
  readonly gate: Gate;
  readonly hook: string;
  readonly since: number;
  /** What waits there; of a gate that an earlier version has closed it isn't known. */
  readonly revision?: Revision;
  /** It isn't asked again before this, whatever wakes the release; not so where an earlier version has closed it. */
  readonly askedAgainAt?: number;
}

/** A gate that the policy keeps closed until enough people have approved. What it demands, the newest policy says. */
export interface PolicyGate {
  readonly gate: PolicyGateName;
  readonly atWeight?: number;
  readonly since: number;
  /** What waits there: approvals are for this only. */
  readonly revision: Revision;
  /** How long it stood still in pauses, which doesn't count for its expiry. */
  readonly stoodStillMs: number;
  /** It has expired and goes on waiting, which has been said. */
  readonly expired?: true;
  /** Of the gate `rollback`: why the release is to be rolled back. */
  readonly why?: RollbackWhy;
}

export type ClosedGate = HookGate | PolicyGate;

/** At which gate a release waits, and what people have opened. */
export interface ApprovalState {
  readonly gate: ClosedGate | undefined;
  /** Gates a person has opened for the revision under way; used up as they are passed. */
  readonly approved: readonly Gate[];
  /** What people have approved at gates of the policy. */
  readonly approvals: Approvals | undefined;
  /** Everybody who has asked for this release, as far as that is known. */
  readonly triggers: readonly string[];
}
