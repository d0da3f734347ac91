import type { Decision, Effect } from '../decision/effects.js';
import { usedUp } from '../approvals/approvals.js';
import { messagesFor } from '../notices/messages.js';
import type { Policy } from '../policy.js';
import type { RunState } from '../state.js';
import { intervalMs, policyOf } from '../state.js';
import { ALL_TO_CANARY, type Weights } from '../weights.js';
import { afterCheck, preamble } from './analyse.js';
import { apply, normal, passes, sayOnce, status, tickLater, type Context } from './common.js';

/**
 * One more check of an A/B test or a Blue/Green release.
 *
 * @param weights how traffic is divided from now on, where that changes
 */
export function iterate(context: Context, weights: Weights | undefined): Decision {
  const { state } = context;
  const iterations = state.iterations + 1;
  const message = normal(messagesFor(state).advanceIteration(iterations, iterationsOf(policyOf(state))));
  return goOn(context, { iterations, ...moved(context, weights) }, weights, [message], message.message);
}

/** Blue/Green: the canary passed its checks, and is checked once more with all users' requests. */
export function shift(context: Context, mirrored: boolean): Decision {
  const { state } = context;
  const { routed, strategy } = policyOf(state);
  const say = messagesFor(state);
  const message = mirrored ? say.routingToCanaryAfterMirror : say.routingToCanary;
  const weights = routed ? ALL_TO_CANARY : undefined;
  const iterations = 'iterations' in strategy ? strategy.iterations + 1 : state.iterations;
  const said = routed ? [normal(message)] : [];
  return goOn(context, { iterations, ...moved(context, weights) }, weights, said, message);
}

function goOn(
  context: Context,
  change: Partial<RunState>,
  weights: Weights | undefined,
  last: readonly Effect[],
  summary: string,
): Decision {
  const { state, findings, now } = context;
  const later = tickLater(
    {
      ...afterCheck(context),
      phase: 'Progressing',
      begun: true,
      skipStep: false,
      checkDueAt: now + intervalMs(state),
      gate: undefined,
      ...change,
    },
    now,
  );
  const confirmed = passes(state, 'Confirm-promotion', findings['confirm-promotion']);
  const [said, next] = sayOnce(later, preamble(context));
  const route: Effect[] = weights ? [{ do: 'weights', ...weights }] : [];
  return apply([...said, ...confirmed, ...route, status(next), ...last], summary, next, now);
}

function moved({ state, now }: Context, weights: Weights | undefined): Partial<RunState> {
  if (weights === undefined) return {};
  return { weight: weights.canary, weightSince: now, approvals: usedUp(state, 'weight') };
}

function iterationsOf({ strategy }: Policy): number {
  return 'iterations' in strategy ? strategy.iterations : 0;
}
