import { expiryOf } from '../approvals/approvals.js';
import type { Decision } from '../decision/effects.js';
import type { NotReady, Readiness, Refusal } from '../findings.js';
import { messagesFor } from '../notices/messages.js';
import { overdueAt } from '../decision/patience.js';
import { longestWait } from '../silence/silence.js';
import { isActive } from '../phases.js';
import { stuckUntil, type RunState } from '../state.js';
import { seenRevision } from '../decision/seen.js';
import { besideBaseline, canaryAt, EVERYBODY_TO_CANARY } from '../weights.js';
import { afterCheck } from './analyse.js';
import {
  apply,
  awaiting,
  ended,
  nothing,
  normal,
  once,
  refusedCondition,
  status,
  tickNow,
  warning,
  withProblem,
  type Context,
} from './common.js';
import { retreated } from './rolled-back.js';

const REPORT_FIRST_MS = 2_000;

/** Nothing is left to do, or this run may write nothing more. */
export function end({ state, findings, now }: Context, why: 'gone' | 'fenced' | 'rest'): Decision {
  switch (why) {
    case 'gone':
      return nothing(ended(state, { kind: 'gone', reason: 'the Canary was deleted' }));
    case 'fenced':
      if (findings.world.retreat) return nothing(retreated(state, findings.world.retreat));
      return nothing(ended(state, { kind: 'fenced', reason: 'another run or the dead-man’s switch has taken over' }));
    case 'rest': {
      const next = ended(state, { kind: 'reconciled', reason: 'nothing to release' });
      // The problem on the condition may be solved by now.
      const isOver = state.markedInvalid && findings.world.refusals === undefined;
      return apply(isOver ? [status(next)] : [], 'release the lease', next, now);
    }
  }
}

/** The spec is invalid. */
export function refuse({ state, now }: Context, refusal: Refusal): Decision {
  const message = refusalMessage(refusal);
  const next = ended(state, { kind: 'refused', reason: message });
  return apply([warning(message), { do: 'condition', message }], 'refuse the spec', next, now);
}

export function refusalMessage(refusal: Refusal): string {
  return `invalid canary spec: ${refusal.field}: ${refusal.value} is not valid, ${refusal.remedy}`;
}

/**
 * Something that a user must fix: reported when it changes, observed again less and less often.
 *
 * @param until the next observation is then at the latest, milliseconds since 1970
 */
export function report(context: Context, problem: string, until?: number): Decision {
  const { now } = context;
  const met = withProblem(afterCheck(context), problem, now);
  const { count } = met.problem;
  const later = now + Math.min(REPORT_FIRST_MS * 2 ** (count - 1), longestWait(met) * 1000);
  const next: RunState = { ...met, waiting: { for: 'tick', at: soonest([later, until, stuckUntil(met)], now) } };
  return count === 1 ? apply([warning(problem)], 'report a problem', next, now) : nothing(next);
}

/** The same for what the API server would refuse: also on the condition, until the next status is written. */
export function reportRefusal(context: Context, problem: string, until?: number): Decision {
  const decision = report(context, problem, until);
  if (decision.do !== 'apply') return decision;
  const effects = [...decision.effects, refusedCondition(problem)];
  return { ...decision, effects, next: { ...decision.next, markedInvalid: true } };
}

/** `spec.suspend`: nothing is reconciled, traffic and workloads stay as they are. */
export function suspend({ state, now }: Context): Decision {
  const message = messagesFor(state).suspended;
  const [effects, said] = once({ ...state, unready: undefined }, { do: 'event', type: 'Normal', message });
  if (isActive(state.phase)) return apply(effects, 'suspended', { ...said, waiting: { for: 'order' } }, now);
  return apply(effects, 'suspended', ended(said, { kind: 'suspended', reason: message }), now);
}

/** Generated objects have drifted. */
export function reconcile({ state, findings, now }: Context): Decision {
  const { drift, leftAlone } = findings.world;
  // A fresh observation: a corrected object may have been changed again already, and in a pause the watch reports
  // nothing.
  const again = leftAlone === undefined ? {} : { fresh: true };
  const next = tickNow({ ...state, lastDrift: drift, ...again }, now);
  const isCompared = state.policy?.judgement?.baseline && isAnalysed(state);
  const divided = isCompared ? besideBaseline(canaryAt(state.weight)) : canaryAt(state.weight);
  const weights = state.stranded || state.undoing?.diverted ? EVERYBODY_TO_CANARY : divided;
  const effect = { do: 'reconcile', ...weights, runs: heldByPrimary(state), ...circumstances(state) } as const;
  return apply([effect], `correct ${drift.join(', ')}`, next, now);
}

function isAnalysed({ phase }: RunState): boolean {
  return phase === 'Progressing' || phase === 'Waiting' || phase === 'WaitingPromotion';
}

/** Hash of the revision that the primary runs, or is about to run. */
function heldByPrimary({ phase, applied, promoted, undoing }: RunState): string {
  if (undoing) return undoing.stage === 'home' && undoing.to !== '' ? undoing.to : promoted;
  if (phase === 'Promoting' || phase === 'Finalising' || promoted === '') return applied?.hash ?? promoted;
  return promoted;
}

function circumstances({ undoing, promoted }: RunState): { readonly diverted?: true; readonly unserved?: true } {
  return { ...(undoing?.diverted ? { diverted: true } : {}), ...(promoted === '' ? { unserved: true } : {}) };
}

/** The target is back at the promoted revision: recorded, so that the next revision is compared with it. */
export function note({ state, findings, now }: Context): Decision {
  const revision = seenRevision(state, findings);
  const promoted = findings.world.sameAsPrimary ? revision.hash : state.promoted;
  const next = ended(
    { ...state, applied: revision, promoted },
    { kind: 'reconciled', reason: 'the target is at the promoted revision' },
  );
  return apply([status(next)], 'note the reverted revision', next, now);
}

/**
 * Pods must become ready first: the driver waits for exactly that. Where waiting won't help, a user must act.
 *
 * @param until there is something else to do then, milliseconds since 1970
 */
export function awaitReady(
  context: Context,
  of: 'primary' | 'canary',
  readiness: Readiness,
  until: number | undefined,
): Decision {
  const { now } = context;
  if (readiness.ready || readiness.retriable) {
    const state = afterCheck(context);
    return nothing(awaiting(state, of, soonest([until, overdueAt(state, of), expiryOf(state, state.gate)], now)));
  }
  return report(context, messagesFor(context.state).notReady(of, readiness.reason));
}

/**
 * The time of the next observation. A deadline in the past that hasn't ended the release, as in an undo, doesn't count:
 * the run would observe in an endless loop.
 *
 * @param times milliseconds since 1970
 * @returns Infinity where all are past
 */
function soonest(times: readonly (number | undefined)[], now: number): number {
  return Math.min(...times.map((at) => at ?? Infinity).filter((at) => at > now));
}

/** The target went back to the promoted revision during a release: there is nothing left to release. */
export function withdraw({ state, findings, now }: Context): Decision {
  const message = messagesFor(state).withdrawn;
  const revision = seenRevision(state, findings);
  const cleared = { ...state, applied: revision, failedChecks: 0, iterations: 0, begun: false };
  if (state.stranded) {
    const next = ended({ ...cleared, phase: 'Failed', weight: 100 }, { kind: 'superseded', reason: message });
    return apply([status(next), normal(message)], 'cancel the analysis', next, now);
  }
  const next = ended({ ...cleared, phase: 'Initialized', weight: 0 }, { kind: 'superseded', reason: message });
  return apply(
    [{ do: 'weights', primary: 100, canary: 0 }, normal(message), { do: 'drain' }, { do: 'scaleDown' }, status(next)],
    'cancel the analysis',
    next,
    now,
  );
}

/** Reports why pods aren't ready; waiting continues unless it is over. */
export function sayNotReady(
  state: RunState,
  of: 'primary' | 'canary',
  seen: NotReady,
  isOver: boolean,
  now: number,
): Decision {
  const said = { said: seen.reason, saidAt: now };
  const before = state.unready?.[of];
  const unready = before === undefined ? state.unready : { ...state.unready, [of]: { ...before, ...said } };
  const until = state.waiting.for === 'readiness' ? state.waiting.until : undefined;
  const waiting = { for: 'readiness', of, ...said, ...(until === undefined ? {} : { until }) } as const;
  const reported: RunState = { ...state, ...(unready === undefined ? {} : { unready }), waiting };
  const next = isOver ? tickNow(reported, now) : reported;
  return apply([warning(messagesFor(state).notReady(of, seen.reason))], `${of} not ready`, next, now);
}
