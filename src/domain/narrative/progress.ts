import type { RunState } from '../state.js';

/** Progress of an analysis, in words: `weight 20`, `iteration 3 of 10`. */
export function progressOf(state: RunState): string {
  const strategy = state.policy?.strategy;
  if (strategy === undefined || strategy.kind === 'canary') return `weight ${state.weight}`;
  if (state.iterations > strategy.iterations) return `weight ${state.weight}`;
  return `iteration ${state.iterations} of ${strategy.iterations}`;
}
