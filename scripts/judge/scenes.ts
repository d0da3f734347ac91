import { parseCanary } from '../../src/crds/canary.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import type { Scene } from '../../src/simulation/compare.js';
import { simulatedPolicy, type SimulatedAs, type SimulatedPolicy } from '../../src/simulation/policy.js';
import type { Truth } from '../../src/simulation/truth.js';

const OPTIONS = { defaultProvider: 'apisix', defaultMetricsServer: 'http://prometheus:9090' };
const FIVE = { stepWeights: [5, 10, 20, 30, 50] };
/** Sixty checks: half an hour, as a careful team would have it. */
const SIXTY = { stepWeight: 1, maxWeight: 60 };

function policy(as: SimulatedAs, judgement: string | undefined, analysis: Record<string, unknown>): SimulatedPolicy {
  const parsed = parseCanary(
    {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      metadata: {
        ...{ name: 'podinfo', namespace: 'test', uid: 'simulated', generation: 1 },
        annotations: judgement === undefined ? {} : { [JUDGEMENT_ANNOTATION]: judgement },
      },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
        routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: 'podinfo' },
        service: { port: 80 },
        analysis: { interval: '30s', threshold: 4, metrics: [], ...analysis },
      },
    },
    OPTIONS,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.refusal));
  return simulatedPolicy(parsed.value, as);
}

/** As in Flagger's examples: more than three failed checks in total, each of the last 30 seconds. */
function limit(min: number, steps: Record<string, unknown>) {
  const metrics = [{ name: 'request-success-rate', interval: '30s', thresholdRange: { min } }];
  return { metrics, ...steps };
}

const FLAGGER = { sinceWeight: false };

export function judgedPolicy(name: string, judgement: string): SimulatedPolicy {
  return policy({ name }, judgement, FIVE);
}

export const POLICIES: readonly SimulatedPolicy[] = [
  policy({ name: '99 %, 5 checks', ...FLAGGER }, undefined, limit(99, FIVE)),
  policy({ name: '99 %, 60 checks', ...FLAGGER }, undefined, limit(99, SIXTY)),
  policy({ name: '99 %, 60 checks, mixed', ...FLAGGER, diluted: true }, undefined, limit(99, SIXTY)),
  policy({ name: '95 %, 60 checks', ...FLAGGER }, undefined, limit(95, SIXTY)),
  judgedPolicy('`careful`', 'preset: careful'),
  judgedPolicy('`balanced`', 'preset: balanced'),
  judgedPolicy('`quick`', 'preset: quick'),
];

export const CALM: Truth = { requestsPerSecond: 100, primaryErrors: 0.005, canaryErrors: 0.005 };

export const SCENES: readonly Scene[] = [
  { name: 'healthy, 100 requests a second', truth: CALM },
  { name: 'healthy, 1 request a second', truth: { ...CALM, requestsPerSecond: 1 } },
  { name: 'twice as many errors (1 %)', truth: { ...CALM, canaryErrors: 0.01 } },
  { name: 'five times as many (2.5 %)', truth: { ...CALM, canaryErrors: 0.025 } },
  {
    name: 'five times as many from the third minute on',
    truth: { ...CALM, canaryErrors: 0.025, turnsBadAfter: 120 },
  },
  { name: 'ten times as many (5 %)', truth: { ...CALM, canaryErrors: 0.05 } },
  {
    name: 'healthy, a dependency is down for three minutes: half of all requests fail',
    truth: { ...CALM, outage: { from: 20, seconds: 180, errors: 0.5 } },
  },
  {
    name: 'healthy, a dependency is poorly for three minutes: 5 % of all requests fail',
    truth: { ...CALM, outage: { from: 20, seconds: 180, errors: 0.05 } },
  },
  { name: 'healthy, failures come four at once', truth: { ...CALM, burst: 4 } },
  { name: 'healthy, pods differ (standard deviation 0.2)', truth: { ...CALM, lottery: 0.2 } },
];
