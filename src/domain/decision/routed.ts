import type { RunState } from '../state.js';

/**
 * The state after a decision's weights have been written. That is some time after the decision, and the new weights
 * must be observed for a whole interval from then on.
 *
 * @param before the state at the decision
 * @param next the state that the decision led to
 * @param at when the route was written, milliseconds since 1970
 */
export function sinceRouted(before: RunState, next: RunState, at: number): RunState {
  const late = at - next.weightSince;
  if (next.weightSince === before.weightSince || late <= 0) return next;
  const { waiting } = next;
  return {
    ...next,
    weightSince: at,
    checkDueAt: next.checkDueAt + late,
    waiting: waiting.for === 'tick' ? { ...waiting, at: waiting.at + late } : waiting,
  };
}
