import { isCovered, NOTHING_REMEMBERED, remembering } from '../../src/judgement/interval.js';
import { poisson, randomFrom } from '../../src/judgement/random.js';

/** A release of 60 windows of 30 s, 20 requests a second: 5, 10, 20, 30 % for ten windows each, then 50 %. */
const WEIGHTS = [5, 10, 20, 30, 50, 50].flatMap((weight) => Array.from({ length: 10 }, () => weight / 100));
const REQUESTS = 600;
const PRIMARY = 0.01;
const RATIOS = [0.5, 1, 1.8, 5] as const;
const MISS = 0.05;

export interface Coverage {
  readonly runs: number;
  /** By ratio: the part of the releases in which the interval ever missed it. */
  readonly missed: readonly (readonly [ratio: number, part: number])[];
}

/** How often the 95 % interval misses the true ratio at any of its 60 looks. */
export function coverage(runs: number, seed: number): Coverage {
  const random = randomFrom(seed);
  const each = Math.ceil(runs / RATIOS.length);
  const missed = RATIOS.map((ratio) => {
    let count = 0;
    for (let run = 0; run < each; run += 1) if (misses(ratio)) count += 1;
    return [ratio, count / each] as const;
  });
  return { runs: each * RATIOS.length, missed };

  function misses(ratio: number): boolean {
    let memory = NOTHING_REMEMBERED;
    for (const weight of WEIGHTS) {
      const mine = Math.round(REQUESTS * weight);
      // The base rate moves, which must cancel.
      const rate = random() < 0.1 ? 3 * PRIMARY : PRIMARY;
      const arm = (requests: number, share: number) => ({
        requests,
        bad: Math.min(requests, poisson(random, requests * share)),
      });
      memory = remembering(memory, { canary: arm(mine, rate * ratio), primary: arm(REQUESTS - mine, rate) });
      if (!isCovered(memory, ratio, MISS, 1)) return true;
    }
    return false;
  }
}
