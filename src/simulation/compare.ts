import { randomFrom } from '../judgement/random.js';
import type { SimulatedPolicy } from './policy.js';
import { simulateRelease, type SimulatedRelease } from './release.js';
import { outcomeOf, type Outcome } from './summary.js';
import type { Truth } from './truth.js';

/** The truth about the versions, and its name in tables. */
export interface Scene {
  readonly name: string;
  readonly truth: Truth;
}

export interface Compared {
  readonly policy: string;
  readonly scene: string;
  readonly outcome: Outcome;
}

export interface Comparison {
  readonly runs: number;
  /** The same seed gives the same figures, on every machine. */
  readonly seed: number;
  /** Called now and then, with the finished part, 0 to 1. */
  readonly progress?: (done: number) => void;
}

const REPORT_EVERY = 50;

/** Runs all policies in all scenes, side by side, each with the same random numbers. */
export function compare(
  policies: readonly SimulatedPolicy[],
  scenes: readonly Scene[],
  { runs, seed, progress }: Comparison,
): readonly Compared[] {
  const all = policies.length * scenes.length * runs;
  let done = 0;
  return policies.flatMap((policy) =>
    scenes.map(({ name, truth }) => {
      const random = randomFrom(seed);
      const releases: SimulatedRelease[] = [];
      for (let run = 0; run < runs; run += 1) {
        releases.push(simulateRelease(random, policy, truth));
        done += 1;
        if (done % REPORT_EVERY === 0 || done === all) progress?.(done / all);
      }
      return { policy: policy.name, scene: name, outcome: outcomeOf(releases) };
    }),
  );
}
