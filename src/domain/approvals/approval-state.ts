import type { RollbackWhy } from '../decision/step.js';
import type { Revision } from '../revision.js';
import type { Gate, PolicyGateName } from './gates.js';
import type { Approvals } from './rules.js';

/** A closed gate, and the webhook that keeps it closed. */
export interface HookGate {
  readonly gate: Gate;
  readonly hook: string;
  readonly since: number;
  /** The revision that waits there; unknown where an earlier version of Serinus closed the gate. */
  readonly revision?: Revision;
  /**
   * The webhook isn't called again before this, whatever wakes the release; absent where an earlier version closed the
   * gate.
   */
  readonly askedAgainAt?: number;
}

/** A gate that the policy keeps closed until enough people have approved. The newest policy says how many. */
export interface PolicyGate {
  readonly gate: PolicyGateName;
  readonly atWeight?: number;
  readonly since: number;
  /** The revision that waits there: approvals count for it only. */
  readonly revision: Revision;
  /** How long pauses lasted meanwhile, which don't count towards its expiry. */
  readonly stoodStillMs: number;
  /** It has expired and keeps waiting, and that has been reported. */
  readonly expired?: true;
  /** Of the gate `rollback`: the reason for the rollback. */
  readonly why?: RollbackWhy;
}

export type ClosedGate = HookGate | PolicyGate;

/** The gate at which a release waits, and the gates that people have opened. */
export interface ApprovalState {
  readonly gate: ClosedGate | undefined;
  /** Gates a person has opened for the revision under way; each is used up when the release passes it. */
  readonly approved: readonly Gate[];
  /** People's approvals at gates of the policy. */
  readonly approvals: Approvals | undefined;
  /** All who have triggered this release, as far as known. */
  readonly triggers: readonly string[];
}
