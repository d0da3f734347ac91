import { promotionFailedAlert, successAlert } from '../notices/alerts.js';
import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import { hasHooks } from '../policy.js';
import type { RunState } from '../state.js';
import { policyOf } from '../state.js';
import { canaryAt, EVERYBODY_TO_CANARY, type Weights } from '../weights.js';
import { afterCheck, preamble } from './analyse.js';
import {
  apply,
  awaiting,
  awaitingAfresh,
  ended,
  normal,
  passes,
  sayOnce,
  status,
  tickLater,
  tickNow,
  warning,
  type Context,
} from './common.js';

/** The analysis is complete: the analysed revision becomes the primary. */
export function promote(context: Context): Decision {
  const { state, findings, now } = context;
  if (state.applied === undefined) throw new Error('nothing was analysed, so nothing can be promoted');
  const checked = {
    ...afterCheck(context),
    phase: 'Promoting' as const,
    gate: undefined,
    begun: true,
    skipStep: false,
    returning: undefined,
    // The primary that served no users is replaced.
    outage: undefined,
  };
  const confirmed = [
    ...passes(state, 'Confirm-traffic-increase', findings['confirm-traffic-increase']),
    ...passes(state, 'Confirm-promotion', findings['confirm-promotion']),
  ];
  const [said, next] = sayOnce(awaitingAfresh(context, checked, 'primary'), state.promoteNow ? [] : preamble(context));
  const copying = normal(messagesFor(state).copying);
  const effects: Effect[] = [
    ...said,
    ...confirmed,
    ...withoutBaseline(findings.world.weights),
    copying,
    { do: 'promote', revision: state.applied },
    status(next),
  ];
  return apply(effects, copying.message, next, now);
}

/**
 * Comparison is over, and the baseline is no longer repaired: its requests go to the primary, which still has the pods
 * for them.
 */
function withoutBaseline(weights: Weights | undefined): Effect[] {
  return weights?.baseline ? [{ do: 'weights', ...canaryAt(weights.canary) }] : [];
}

/** The primary needs more pods for the traffic about to come: they are started first. */
export function grow({ state, now }: Context, pods: number): Decision {
  const message = normal(messagesFor(state).growing(pods));
  const next = awaiting({ ...state, grown: true }, 'primary');
  return apply([{ do: 'grow', pods }, message], message.message, next, now);
}

/** The primary serves the new revision: traffic moves back to it, at once or in steps. */
export function movePrimary({ state, findings, now }: Context, weights: Weights): Decision {
  const say = messagesFor(state);
  const whole = policyOf(state).strategy.stepWeightPromotion === 0 || !findings.world.primary.ready;
  const message = normal(whole ? say.routingToPrimary : say.advancePrimary(weights.primary));
  const moved = { ...state, weight: weights.canary, weightSince: now };
  const { routed } = policyOf(state);
  const [said, reported] = sayOnce(moved, routed ? [message] : []);
  const next = afterMove(reported, findings.world.primary.ready, weights, now);
  const effects: Effect[] = routed ? [...said, { do: 'weights', ...weights }] : [];
  return apply([...effects, status(next)], message.message, next, now);
}

function afterMove(state: RunState, primaryReady: boolean, weights: Weights, now: number): RunState {
  if (!primaryReady) return awaiting(state, 'primary');
  if (weights.canary > 0) return tickLater(state, now);
  return tickNow({ ...state, phase: 'Finalising' }, now);
}

/** All traffic is on the primary: the canary's pods go, and the release is done. */
export function finish({ state, now }: Context): Decision {
  const say = messagesFor(state);
  const done: RunState = {
    ...state,
    phase: 'Succeeded',
    weight: 0,
    iterations: 0,
    stranded: false,
    returning: undefined,
    mending: undefined,
    promoted: state.applied?.hash ?? state.promoted,
  };
  return succeed(
    done,
    [{ do: 'drain' }, { do: 'scaleDown' }, { do: 'settle' }, ...(state.returning ? [] : warmPods(state, now))],
    say.promoted,
    now,
  );
}

/** Keeps warm pods, so that an undo within the time set in the Canary needn't wait for pods. */
function warmPods({ policy }: RunState, now: number): Effect[] {
  const { keepPreviousSeconds } = policy ?? {};
  return keepPreviousSeconds === undefined ? [] : [{ do: 'keepPrevious', until: now + keepPreviousSeconds * 1000 }];
}

/** `spec.skipAnalysis`: the canary is ready, so it is promoted without analysis. */
export function skip(context: Context): Decision {
  const { state, now } = context;
  if (state.applied === undefined) throw new Error('nothing was seen, so nothing can be promoted');
  const say = messagesFor(state);
  // Parts of the spec without effect are reported even where nothing is analysed.
  const [unused, reported] = sayOnce(state, (state.policy?.notices ?? []).map(warning));
  const done: RunState = { ...reported, phase: 'Succeeded', weight: 0, iterations: 0, promoted: state.applied.hash };
  const effects: Effect[] = [
    ...unused,
    { do: 'weights', primary: 100, canary: 0 },
    normal(say.copying),
    { do: 'promote', revision: state.applied },
    { do: 'drain' },
    { do: 'scaleDown' },
    { do: 'settle' },
    ...warmPods(state, now),
  ];
  return succeed(done, effects, say.promotedSkipped, now);
}

/** Post-rollout hooks are called between the last status and the final event. */
function succeed(done: RunState, effects: readonly Effect[], message: string, now: number): Decision {
  const ending = { kind: 'promoted', reason: message } as const;
  if (hasHooks(policyOf(done), 'post-rollout')) {
    const next: RunState = { ...done, waiting: { for: 'hooks' }, ending };
    return apply([...effects, status(next)], message, next, now);
  }
  const next = ended(done, ending);
  return apply([...effects, status(next), normal(message)], message, next, now, [successAlert(done, message)]);
}

/** The primary's rollout is stuck: the canary, which passed its analysis, serves all users. */
export function failPromotion({ state, now }: Context, reason: string): Decision {
  const message = warning(messagesFor(state).promotionFailed(reason));
  const failed: RunState = { ...state, phase: 'Failed', weight: 100, failedChecks: 0, stranded: true };
  const ending = { kind: 'promotion-failed', reason: message.message } as const;
  const hooks = hasHooks(policyOf(state), 'post-rollout');
  const next: RunState = hooks ? { ...failed, waiting: { for: 'hooks' }, ending } : ended(failed, ending);
  const effects: Effect[] = [message, { do: 'weights', ...EVERYBODY_TO_CANARY }, status(next)];
  return apply(effects, message.message, next, now, [promotionFailedAlert(reason)]);
}
