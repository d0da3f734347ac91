import type { Arm } from '../../src/judgement/counts.js';
import { evidenceOf, NO_EVIDENCE, plus, scoresOf } from '../../src/judgement/evidence.js';
import { asRatio, meanScores, type MeanRule } from '../../src/judgement/mean.js';
import { normal, type Random } from '../../src/judgement/random.js';
import { BUDGETS, LIMITS } from './ratio.js';

/** One value of the primary's, 0 to 1 (as far as it is bounded at all). */
export type Draw = (random: Random) => number;

export const DRAWS = {
  'all or nothing': (random) => (random() < 0.2 ? 0.8 : 0),
  'log-normal, cut off': (random) => Math.min(0.8, 0.1 * Math.exp(normal(random))),
  'a Pareto tail, cut off': (random) => Math.min(0.8, 0.05 * (1 - random()) ** (-1 / 1.1)),
} satisfies Record<string, Draw>;

/** Values without an end, of which one in some hundreds is beyond the largest that was promised. */
export const UNBOUNDED: Draw = (random) => 0.05 * (1 - random()) ** (-1 / 1.1);

/** Of each release 30 windows with 30 values of the canary's and 60 of the primary's. */
const [WINDOWS, MINE, THEIRS] = [30, 30, 60];

export interface Course {
  readonly draw: Draw;
  /** The canary's values are the primary's times this. */
  readonly times: number;
  readonly worse?: MeanRule['worse'];
}

/** Shares of releases that are ever called FAIL, and PASS. */
export function everBy(random: Random, runs: number, { draw, times, worse = 'higher' }: Course) {
  const rule: MeanRule = { atMost: 1, worse };
  const arm = (n: number, by: number): Arm => {
    let bad = 0;
    for (let i = 0; i < n; i += 1) bad += by * draw(random);
    return { requests: n, bad };
  };
  const found = { fail: 0, pass: 0 };
  for (let run = 0; run < runs; run += 1) {
    let evidence = NO_EVIDENCE;
    const is = { fail: false, pass: false };
    for (let i = 0; i < WINDOWS; i += 1) {
      const window = { canary: arm(MINE, times), primary: arm(THEIRS, 1) };
      evidence = plus(evidence, evidenceOf(asRatio(window, rule), LIMITS));
      const { fail, pass } = meanScores(scoresOf(evidence));
      is.fail ||= fail >= Math.log(1 / BUDGETS.falseRollback);
      is.pass ||= pass >= Math.log(1 / BUDGETS.wrongPromotion);
    }
    if (is.fail) found.fail += 1;
    if (is.pass) found.pass += 1;
  }
  return { fail: found.fail / runs, pass: found.pass / runs };
}
