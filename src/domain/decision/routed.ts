import type { RunState } from '../state.js';

/**
 * Where a run stands when the weights of a decision have been written: they stand since then, which is some time after
 * they were decided, and are looked at for a whole interval.
 *
 * @param before the run when that was decided
 * @param next where it was to stand
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
