import { isPolicyGate, ruleAt } from '../approvals/approvals.js';
import { plan } from '../decision/plan.js';
import type { Policy } from '../policy.js';
import type { Undoing } from '../orders/intents.js';
import type { RunState } from '../state.js';
import { nextPromotionWeights, nextWeight, canaryAt } from '../weights.js';

/** What comes next in a run. */
export interface Next {
  readonly what: string;
  /** When, in milliseconds since 1970; undefined where that depends on something other than time. */
  readonly at: number | undefined;
}

/**
 * What comes next, and when.
 *
 * @param now milliseconds since 1970
 * @returns undefined where the run has ended
 */
export function nextOf(state: RunState, now: number): Next | undefined {
  const next = plan(state, now);
  switch (next.do) {
    case 'end':
      return undefined;
    case 'observe':
      return { what: whatAtTick(state), at: undefined };
    case 'wait':
      return { what: whatAtTick(state), at: now + next.ms };
    case 'callHooks':
      return { what: 'the end, when the webhooks have answered', at: undefined };
    case 'awaitReady':
      return { what: `goes on as soon as the ${next.of} pods are ready`, at: undefined };
    case 'hold':
      return { what: untilOrdered(state), at: undefined };
  }
}

function untilOrdered({ paused, gate }: RunState): string {
  if (paused) return 'resume, by a person';
  return isPolicyGate(gate) ? 'goes on when people have approved' : 'goes on when spec.suspend is false';
}

/** A policy gate calls no webhook: only the canary's next check, or the gate's expiry, has a time. */
function afterApproval({ gate, weight }: RunState, policy: Policy | undefined): string {
  if (weight > 0) return 'next check of the canary, while people are waited for';
  const rule = gate && isPolicyGate(gate) && policy ? ruleAt({ policy }, gate) : undefined;
  return rule?.expires?.into === 'hold'
    ? 'the approval expires, and it goes on waiting'
    : 'the approval expires: rollback';
}

const AFTER_UNDOING: Readonly<Record<Undoing['stage'], string>> = {
  divert: 'all traffic to the warm pods of the former version',
  restore: 'the former version back into the primary',
  home: 'all traffic to the primary, when its pods are ready',
};

function whatAtTick(state: RunState): string {
  const { gate, problem, phase, policy, undoing } = state;
  if (isPolicyGate(gate)) return afterApproval(state, policy);
  if (gate) return `webhook ${gate.hook} is asked again, unless a person approves before`;
  if (problem) return 'looks again';
  if (undoing) return AFTER_UNDOING[undoing.stage];
  if (policy === undefined) return 'first look';
  switch (phase) {
    case 'Progressing':
    case 'WaitingPromotion':
      return afterCheck(state, policy);
    case 'Promoting':
      return nextPromotionWeights(policy.strategy, canaryAt(state.weight)).canary === 0
        ? 'all traffic to the primary, when its pods are ready'
        : `canary weight ${nextPromotionWeights(policy.strategy, canaryAt(state.weight)).canary}, when the primary’s pods are ready`;
    case 'Finalising':
      return 'the canary is scaled down';
    default:
      return 'next look';
  }
}

/** What the next check decides. */
function afterCheck(state: RunState, policy: Policy): string {
  if (state.promoteNow) return 'promotion';
  if (!state.begun) return 'first traffic for the canary';
  const passed = ifItPasses(state, policy);
  const isLast = state.failedChecks + 1 >= policy.threshold;
  return `next check: ${passed} if it passes${isLast ? ', rollback if it fails' : ''}`;
}

function ifItPasses({ weight, iterations }: RunState, { strategy }: Policy): string {
  if (strategy.kind !== 'canary') {
    return iterations < strategy.iterations ? `iteration ${iterations + 1} of ${strategy.iterations}` : 'promotion';
  }
  const to = nextWeight(strategy, weight);
  return to === undefined ? 'promotion' : `weight ${to}`;
}
