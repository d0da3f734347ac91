import type { CanaryKey } from './identity.js';
import { isActive, type Phase } from './phases.js';
import { NOTHING_OFFLOADED } from './record/record.js';
import type { Revision } from './revision.js';
import type { Change, RunState } from './state.js';

/** What a run finds when it takes the Canary over: its status, as the last run left it. */
export interface Takeover {
  readonly epoch: number;
  /** UID of the Canary. */
  readonly uid?: string | undefined;
  readonly phase: Phase;
  readonly weight: number;
  readonly failedChecks: number;
  readonly iterations: number;
  readonly applied: Revision | undefined;
  readonly promoted: string;
  /** The condition says that the spec can't be carried out. */
  readonly markedInvalid: boolean;
  /** The version promoted last has turned out to be worse than the one before it, and users have been notified. */
  readonly regressed?: true;
  /** This installation archives releases. */
  readonly archives?: boolean;
}

/** The state of a new run. A release that another run left unfinished is rolled back, not resumed. */
export function initialState(canary: CanaryKey, cause: Change, found: Takeover, now: number): RunState {
  const { regressed = false, ...taken } = found;
  return {
    version: 1,
    canary,
    cause,
    startedAt: now,
    waiting: { for: 'tick', at: now },
    fresh: true,
    problem: undefined,
    seq: 1,
    requests: [],
    record: [],
    recordDropped: 0,
    handedOver: NOTHING_OFFLOADED,
    said: [],
    ending: undefined,
    recover: cause.kind === 'recover' || isActive(taken.phase),
    policy: undefined,
    generation: 0,
    unknownChecks: 0,
    prepared: false,
    begun: false,
    stranded: taken.phase === 'Failed' && taken.weight === 100,
    paused: undefined,
    gate: undefined,
    approved: [],
    approvals: undefined,
    triggers: [cause.by],
    observedApprovals: '',
    promoteNow: false,
    checkDueAt: now,
    weightSince: now,
    lastDrift: [],
    raised: regressed ? ['failed'] : raisedBefore(taken.phase),
    ...taken,
  };
}

/** The state that an earlier run has passed on; one of an earlier version of Serinus may lack fields. */
export function resumed(state: RunState): RunState {
  const known: Partial<RunState> = state;
  const { raised = [], handedOver = NOTHING_OFFLOADED, triggers = [state.cause.by], observedApprovals = '' } = known;
  return { ...state, raised, handedOver, triggers, observedApprovals };
}

/** Alerts that an earlier run may have raised and not resolved. */
export function raisedBefore(phase: Phase): RunState['raised'] {
  if (phase === 'Failed') return ['failed', 'stopped'];
  return isActive(phase) ? ['progressing', 'waiting'] : [];
}
