import { poisson, type Random } from './random.js';
import { NOTHING_SHOWN, weigh, type ReleaseWindow, type Rules } from './release.js';

/** A release to be simulated; times in windows. */
export interface Scenario {
  /** Percent on the canary, one after another, and for how many windows each stands at most. */
  readonly weights: readonly number[];
  readonly windowsPerWeight: number;
  readonly windowSeconds: number;
  readonly requestsPerSecond: number;
  /** Shares of failed requests. */
  readonly primaryErrors: number;
  readonly canaryErrors: number;
}

export interface Policy {
  readonly rules: Rules;
  /** What more traffic, and what the promotion takes. */
  readonly steps: 'guard' | 'prove';
  readonly promotion: 'guard' | 'prove';
}

/** How one release ended. */
export interface SimulatedRelease {
  /** `undecided`: its time was over without a proof. */
  readonly end: 'promoted' | 'rolled-back' | 'undecided';
  readonly windows: number;
  /** Failed requests of the canary's until then. */
  readonly hurt: number;
}

/** Releases one after another through the very core that judges real ones, with time left out. */
export function simulate(random: Random, scenario: Scenario, policy: Policy): SimulatedRelease {
  const { weights, windowsPerWeight } = scenario;
  let evidence = NOTHING_SHOWN;
  let [windows, hurt] = [0, 0];
  for (const [step, weight] of weights.entries()) {
    const isLast = step === weights.length - 1;
    const proof = isLast ? policy.promotion : policy.steps;
    let isThrough = false;
    for (let i = 0; i < windowsPerWeight && !isThrough; i += 1) {
      const window = windowOf(random, scenario, weight);
      const looked = weigh(evidence, window, policy.rules);
      evidence = looked.evidence;
      windows += 1;
      hurt += window.counts['errors']?.canary.bad ?? 0;
      const { verdict, passedOver } = looked.weighed;
      if (verdict === 'FAIL') return { end: 'rolled-back', windows, hurt };
      const isHeard = evidence.split.canary > 0;
      isThrough = passedOver === undefined && (proof === 'prove' ? verdict === 'PASS' : isHeard);
    }
    if (!isThrough) return { end: 'undecided', windows, hurt };
  }
  return { end: 'promoted', windows, hurt };
}

function windowOf(random: Random, scenario: Scenario, weight: number): ReleaseWindow {
  const { requestsPerSecond, windowSeconds, primaryErrors, canaryErrors } = scenario;
  const expected = requestsPerSecond * windowSeconds;
  const arm = (share: number, errors: number) => {
    const requests = poisson(random, expected * share);
    return { requests, bad: errors >= 1 ? requests : Math.min(requests, poisson(random, requests * errors)) };
  };
  const canary = arm(weight / 100, canaryErrors);
  const primary = arm(1 - weight / 100, primaryErrors);
  const requests = { canary: canary.requests, primary: primary.requests };
  return { weight, requests, counts: { errors: { canary, primary } } };
}

/** What Flagger's rule makes of the same releases: a limit for each window, and so many failures in total. */
export function simulateLimit(
  random: Random,
  scenario: Scenario,
  { limit, threshold }: { readonly limit: number; readonly threshold: number },
): SimulatedRelease {
  let [windows, hurt, failed] = [0, 0, 0];
  for (const weight of scenario.weights) {
    for (let isThrough = false; !isThrough;) {
      const { counts } = windowOf(random, scenario, weight);
      const { requests = 0, bad = 0 } = counts['errors']?.canary ?? {};
      windows += 1;
      hurt += bad;
      isThrough = requests > 0 && bad / requests <= limit;
      if (!isThrough) failed += 1;
      if (failed >= threshold) return { end: 'rolled-back', windows, hurt };
    }
  }
  return { end: 'promoted', windows, hurt };
}
