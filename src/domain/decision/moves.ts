import type { BlueGreenStrategy, Strategy } from '../policy.js';
import type { ReleaseState } from '../state.js';
import { policyOf } from '../state.js';
import type { Step } from './step.js';
import { ALL_TO_CANARY, canaryAt, MIRRORED, nextWeight, type Weights } from '../weights.js';

/**
 * Where a canary that has passed its check goes next.
 *
 * @returns undefined where the analysis is complete
 */
export function nextMove(s: ReleaseState, strategy: Strategy, weights: Weights): Step | undefined {
  switch (strategy.kind) {
    case 'canary': {
      if (strategy.mirror && !s.begun) return { do: 'advance', weights: MIRRORED };
      const to = nextWeight(strategy, weights.canary);
      return to === undefined ? undefined : { do: 'advance', weights: canaryAt(to) };
    }
    case 'ab':
      if (s.iterations >= strategy.iterations) return undefined;
      return { do: 'iterate', weights: s.stranded || weights.canary === 100 ? undefined : ALL_TO_CANARY };
    case 'blueGreen':
      return nextOfBlueGreen(s, strategy, weights);
  }
}

function nextOfBlueGreen(s: ReleaseState, strategy: BlueGreenStrategy, weights: Weights): Step | undefined {
  if (s.iterations < strategy.iterations) {
    const mirror = strategy.mirror === true && !weights.mirrored && weights.canary === 0;
    return { do: 'iterate', weights: mirror ? MIRRORED : undefined };
  }
  const shifted = policyOf(s).routed ? weights.canary === 100 : s.iterations > strategy.iterations;
  return shifted ? undefined : { do: 'shift', mirrored: weights.mirrored === true };
}
