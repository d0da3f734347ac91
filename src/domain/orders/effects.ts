import { countedFor, isPolicyGate, ruleAt, titleOf } from '../approvals/approvals.js';
import type { ClosedGate } from '../approvals/approval-state.js';
import type { OrderName } from './catalogue.js';
import { hasHooks, type Policy } from '../policy.js';
import { progressOf } from '../narrative/progress.js';
import type { RunState } from '../state.js';
import { nextWeight } from '../weights.js';

/** What an order would do in the release's current state, in one sentence; only for orders that wouldn't be refused. */
export function effectOf(order: OrderName, state: RunState): string {
  const target = state.policy?.targetName ?? state.canary.name;
  switch (order) {
    case 'approve':
      return approving(state);
    case 'reject':
    case 'abort':
      return stopping(state, target);
    case 'pause':
      return `Holds the canary at ${progressOf(state)}: nothing is analysed and nothing moves until resume`;
    case 'resume':
      return `Goes on at ${progressOf(state)}, where it was paused`;
    case 'promote':
      return `Copies ${target} to ${target}-primary without further analysis, and routes all traffic to it`;
    case 'setWeight':
      return `Routes the weight you name to the canary, ${limitOf(state.policy)}, and analyses it from there`;
    case 'skipStep':
      return `Leaves the analysis at ${progressOf(state)} out, and ${nextStepOf(state)}`;
    case 'retry':
      return `Scales ${target} up and analyses revision ${state.applied?.hash ?? ''} from the start; ${target} itself isn't changed`;
    case 'undo':
      return `Puts the former version back into ${target}-primary and routes all traffic to it; ${target} keeps the refused one, scaled to 0`;
  }
}

function approving(state: RunState): string {
  const { gate } = state;
  const opens = `Opens the gate ${gate === undefined ? '' : titleOf(gate)}: ${afterGate(gate, state)}`;
  const rule = isPolicyGate(gate) ? ruleAt(state, gate) : undefined;
  if (!isPolicyGate(gate) || rule === undefined) return opens;
  const count = countedFor(state, rule, gate.revision).length + 1;
  return count >= rule.needed ? opens : `Approves at the gate ${titleOf(gate)}, ${count} of ${rule.needed}`;
}

function stopping(state: RunState, target: string): string {
  if (state.phase === '' || state.phase === 'Initializing') {
    return `Stops the initialisation; ${target} goes on serving`;
  }
  return state.phase === 'Promoting' || state.phase === 'Finalising'
    ? `Puts the former version of ${target}-primary back, routes all traffic to it, scales ${target} to 0`
    : `Routes all traffic to the primary, scales ${target} to 0`;
}

function afterGate(gate: ClosedGate | undefined, state: RunState): string {
  switch (gate?.gate) {
    case 'confirm-rollout':
    case 'rollout':
      return 'the canary is scaled up and its analysis begins';
    case 'confirm-traffic-increase':
    case 'weight':
      return nextStepOf(state);
    case 'rollback':
      return `the rollback is completed, and ${state.policy?.targetName ?? state.canary.name} scaled to 0`;
    default:
      return 'the release goes on to its promotion';
  }
}

function limitOf(policy: Policy | undefined): string {
  return policy?.strategy.kind === 'canary' ? `at most ${policy.strategy.maxWeight} percent` : 'from 0 to 100 percent';
}

/** What follows this step. */
function nextStepOf(state: RunState): string {
  const { policy } = state;
  if (policy === undefined) return 'goes on';
  const { strategy } = policy;
  if (strategy.kind !== 'canary') {
    return state.iterations < strategy.iterations
      ? `goes on to iteration ${state.iterations + 1} of ${strategy.iterations}`
      : promoting(policy);
  }
  const next = nextWeight(strategy, state.weight);
  return next === undefined ? promoting(policy) : `advances the canary to weight ${next}`;
}

function promoting(policy: Policy): string {
  return hasHooks(policy, 'confirm-promotion') ? 'goes on to the gate confirm-promotion' : 'goes on to the promotion';
}
