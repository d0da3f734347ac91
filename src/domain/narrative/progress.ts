import type { RunState } from '../state.js';

/** How far an analysis has come, for people: `weight 20`, `iteration 3 of 10`. */
export function progressOf(state: RunState): string {
  const strategy = state.policy?.strategy;
  if (strategy === undefined || strategy.kind === 'canary') return `weight ${state.weight}`;
  if (state.iterations > strategy.iterations) return `weight ${state.weight}`;
  return `iteration ${state.iterations} of ${strategy.iterations}`;
}
