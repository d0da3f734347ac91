import { compare } from '../../src/simulation/compare.js';
import { judgedPolicy, CALM } from './scenes.js';

/** Failures of one version come so many at once. */
const BURSTS = [1, 2, 4, 8] as const;

export interface Burst {
  readonly burst: number;
  /** Parts of the releases that were rolled back. */
  readonly healthyUndamped: number;
  readonly healthy: number;
  readonly twice: number;
  readonly fiveTimes: number;
}

/** What bursts cost `balanced`, with φ = 1 and with φ as the primary's past has it. */
export function bursts(runs: number, seed: number): readonly Burst[] {
  const measured = judgedPolicy('measured', 'preset: balanced');
  const undamped = judgedPolicy('undamped', 'preset: balanced\nerrors: { dispersion: 1 }');
  return BURSTS.map((burst) => {
    const rolledBack = (policy: typeof measured, times: number) => {
      const truth = { ...CALM, burst, canaryErrors: CALM.primaryErrors * times };
      return compare([policy], [{ name: '', truth }], { runs, seed })[0]?.outcome.rolledBack ?? NaN;
    };
    return {
      burst,
      healthyUndamped: rolledBack(undamped, 1),
      healthy: rolledBack(measured, 1),
      twice: rolledBack(measured, 2),
      fiveTimes: rolledBack(measured, 5),
    };
  });
}
