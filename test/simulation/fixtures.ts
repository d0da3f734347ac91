import assert from 'node:assert/strict';
import { parseCanary } from '../../src/crds/canary.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import { randomFrom } from '../../src/judgement/random.js';
import { simulatedPolicy, type SimulatedAs, type SimulatedPolicy } from '../../src/simulation/policy.js';
import { simulateRelease } from '../../src/simulation/release.js';
import { outcomeOf } from '../../src/simulation/summary.js';
import type { Truth } from '../../src/simulation/truth.js';
import { canaryWith } from '../crds/fixtures.js';

export const OPTIONS = { defaultProvider: 'apisix', defaultMetricsServer: 'http://prometheus:9090' };
export const HEALTHY: Truth = { requestsPerSecond: 100, primaryErrors: 0.005, canaryErrors: 0.005 };

/** A Canary as people write it, looked at every 30 seconds. @param min of the success rate, in percent */
export function writtenCanary(judgement: string | undefined, min?: number, analysis: Record<string, unknown> = {}) {
  const success = { name: 'request-success-rate', interval: '30s', thresholdRange: { min } };
  return canaryWith({
    'spec.progressDeadlineSeconds': 600,
    'spec.analysis': {
      ...{ interval: '30s', threshold: 4, stepWeights: [5, 10, 20, 30, 50] },
      metrics: min === undefined ? [] : [success],
      ...analysis,
    },
    'metadata.annotations': judgement === undefined ? {} : { [JUDGEMENT_ANNOTATION]: judgement },
  });
}

export function policyFrom(written: unknown, as: Partial<SimulatedAs> = {}): SimulatedPolicy {
  const parsed = parseCanary(written, OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return simulatedPolicy(parsed.value, { name: 'test', ...as });
}

export function judgedBy(judgement: string, analysis: Record<string, unknown> = {}): SimulatedPolicy {
  return policyFrom(writtenCanary(judgement, undefined, analysis));
}

/** Flagger's rule: a success rate of the last 30 seconds, and more than three failures in total. */
export function limitedTo(min: number, as: Partial<SimulatedAs> = {}, analysis: Record<string, unknown> = {}) {
  return policyFrom(writtenCanary(undefined, min, analysis), { sinceWeight: false, ...as });
}

export function outcome(runs: number, seed: number, policy: SimulatedPolicy, truth: Truth) {
  const random = randomFrom(seed);
  return outcomeOf(Array.from({ length: runs }, () => simulateRelease(random, policy, truth)));
}
