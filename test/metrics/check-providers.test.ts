import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkProviders } from '../../src/metrics/check-providers.js';
import { contextOf, DOWN, number, prometheus, sourcesOf, type Cluster, type MetricSpec } from './fixtures.js';
import { never, type Answer } from '../harness/http/server.js';

const SUCCESS_RATE = { name: 'request-success-rate' };
const DURATION = { name: 'request-duration' };
const INLINE = { name: 'errors', query: 'sum(errors)' };
const TEMPLATE = { name: '404s', templateRef: { name: 'not-found' } };
const DOWN_TEXT = 'running query failed: error response: Status 503 Service Unavailable: down';

interface Case {
  readonly metrics: readonly MetricSpec[];
  readonly answer: Answer;
  readonly template?: object;
  readonly secrets?: Cluster['secrets'];
  /** How often the probe is sent. */
  readonly probes: number;
  readonly error?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  'nothing to check': { metrics: [], answer: DOWN, probes: 0 },
  'the metrics server, once': { metrics: [SUCCESS_RATE, DURATION, INLINE], answer: number(1), probes: 1 },
  'the metrics server and a template': {
    metrics: [SUCCESS_RATE, TEMPLATE],
    answer: number(1),
    template: {},
    probes: 2,
  },
  'the metrics server is down': {
    metrics: [SUCCESS_RATE, DURATION],
    answer: DOWN,
    probes: 1,
    error: `prometheus not avaiable: ${DOWN_TEXT}`,
  },
  'the metrics server of an inline query is down': {
    metrics: [INLINE],
    answer: DOWN,
    probes: 1,
    error: `prometheus not avaiable: ${DOWN_TEXT}`,
  },
  'it answers something else': {
    metrics: [SUCCESS_RATE],
    answer: number(2),
    probes: 1,
    error: 'prometheus not avaiable: running query failed: the value of vector(1) is 2, not 1',
  },
  'a template’s provider is down': {
    metrics: [TEMPLATE],
    answer: DOWN,
    template: {},
    probes: 1,
    error: `prometheus in metric template not-found.test not avaiable: ${DOWN_TEXT}`,
  },
  'no template': {
    metrics: [TEMPLATE],
    answer: number(1),
    probes: 0,
    error: 'metric template not-found.test error: "not-found.test" not found',
  },
  'no Secret': {
    metrics: [TEMPLATE],
    answer: number(1),
    template: { secretRef: { name: 'creds' } },
    probes: 0,
    error: 'metric template not-found.test secret creds error: "creds.test" not found',
  },
  'no credentials in the Secret': {
    metrics: [TEMPLATE],
    answer: number(1),
    template: { secretRef: { name: 'creds' } },
    secrets: { 'creds.test': {} },
    probes: 0,
    error:
      'metric template not-found.test provider prometheus error: prometheus credentials does not contain a username',
  },
  'a provider that needs an interval': {
    metrics: [TEMPLATE],
    answer: number(1),
    template: { type: 'cloudwatch', region: 'eu-west-1' },
    probes: 0,
    error:
      'metric template not-found.test provider cloudwatch error: error parsing metric interval: time: invalid duration "": set interval of the metric in spec.analysis.metrics, such as 1m',
  },
};

describe('whether the metrics providers answer', () => {
  for (const [what, { metrics, answer, template, secrets = {}, probes, error }] of Object.entries(CASES)) {
    test(what, async (t) => {
      const { url, queries } = await prometheus(t, () => answer);
      const provider = { type: 'prometheus', address: url, ...template };
      const templates: Cluster['templates'] = template ? { 'not-found.test': { provider, query: 'up' } } : {};
      const sources = sourcesOf({ templates, secrets });
      assert.equal(await checkProviders(contextOf(url, metrics), sources, never), error);
      assert.deepEqual(
        queries,
        Array.from({ length: probes }, () => 'vector(1)'),
      );
    });
  }

  test('an address that can’t be used', async () => {
    const context = { ...contextOf('http://p', [SUCCESS_RATE]), metricsServer: 'p:9090' };
    const error = await checkProviders(context, sourcesOf(), never);
    assert.match(
      error ?? '',
      /^error building Prometheus client for an address that is no URL prometheus address is not a valid URL/,
    );
  });

  test('an aborted signal is passed on', async (t) => {
    const { url } = await prometheus(t, () => number(1));
    const reason = new Error('cancelled');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(
      checkProviders(contextOf(url, [SUCCESS_RATE]), sourcesOf(), signal),
      (error) => error === reason,
    );
  });
});
