import { stuckUntil, intervalMs, type RunState } from '../state.js';
import type { Decision } from '../decision/effects.js';
import { apply, nothing, NOTHING_SEEN, refusedCondition, tickNow, warning, withProblem } from './common.js';
import { end } from './rest.js';
import { rollBack } from './rollback.js';
import { withoutWarmPods } from './undo.js';

/** Effects could not be carried out; the state has not changed. */
export interface FailedEffects {
  readonly error: Failure;
  /** The events that were recorded before the failure; earlier versions don't report them. */
  readonly said?: readonly string[];
  /** They belonged to a rollback. */
  readonly rollingBack?: true;
  /** Runs of earlier versions have tried again at once. */
  readonly atOnce?: true;
  /** A run that is fenced off observes by whom; those of earlier versions have ended without. */
  readonly looks?: true;
}

interface Failure {
  readonly type: string;
  readonly message: string;
}

/** `type` of a failure that is a refusal by the API server: a user must fix something before the write is accepted. */
export const REFUSED = 'Refused';
/** Summary of the decision that reports it. */
export const REFUSAL_REPORT = 'report a refusal';
/** A rollback is tried again soon, however long the interval is. */
const RETREAT_MS = 10_000;
/** When to try again before the interval of the Canary is known. */
const BEFORE_ANY_POLICY_MS = 10_000;

/** Reported where users look, and tried again with the next tick, up to the progress deadline. */
export function failed(state: RunState, failure: FailedEffects, now: number): Decision {
  const { error, rollingBack, atOnce, looks, said: recorded } = failure;
  const context = { state, findings: { world: NOTHING_SEEN }, now };
  if (error.type === 'Fenced') {
    const isSure = state.contested || !looks;
    return isSure ? end(context, 'fenced') : nothing(tickNow({ ...state, contested: true, fresh: true }, now));
  }
  if (!rollingBack && now >= (stuckUntil(state) ?? Infinity)) {
    return rollBack(context, { kind: 'not-ready', reason: error.message });
  }
  const interval = state.policy ? intervalMs(state) : BEFORE_ANY_POLICY_MS;
  const isRefused = error.type === REFUSED;
  const pause = isRefused && rollingBack ? Math.min(interval, RETREAT_MS) : interval;
  const waiting = { for: 'tick', at: now + pause } as const;
  const later: RunState = atOnce
    ? { ...state, waiting, fresh: true }
    : { ...state, waiting: { ...waiting, fresh: true }, fresh: false };
  const known = recorded === undefined ? later : withRecordedEvents(later, recorded);
  const next = withProblem(withoutWarmPods(known, now), error.message, now);
  if (next.problem.count > 1) return nothing(next);
  const said = warning(error.message);
  if (!isRefused) return apply([said], 'report a failure', next, now);
  return apply([said, refusedCondition(error.message)], REFUSAL_REPORT, { ...next, markedInvalid: true }, now);
}

function withRecordedEvents(state: RunState, said: readonly string[]): RunState {
  return { ...state, told: [...new Set([...(state.told ?? []), ...said])].slice(-TOLD_LIMIT) };
}

const TOLD_LIMIT = 40;
