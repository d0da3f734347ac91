import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TransientError } from '../../src/errors.js';
import { evaluateMetrics } from '../../src/metrics/analysis/evaluate.js';
import {
  BAD_QUERY,
  contextOf,
  DOWN,
  NOTHING,
  number,
  prometheus,
  sourcesOf,
  type Cluster,
  type MetricSpec,
} from './fixtures.js';
import { closedAddress, never, type Answer } from '../harness/http/server.js';

const SUCCESS_RATE = { name: 'request-success-rate', interval: '1m' };
const DURATION = { name: 'request-duration', interval: '30s' };
const INLINE = { name: 'errors', query: 'sum(errors)' };
const TEMPLATE = { name: '404s percentage', templateRef: { name: 'not-found' }, interval: '1m' };

describe('what goes wrong', () => {
  const down = (): never => {
    throw new TransientError('the API server is down');
  };
  const idle = 'probably podinfo.test is not receiving traffic';
  const withTemplate =
    (spec: Partial<{ provider: object; query: string }>, secrets?: Cluster['secrets']) => (url: string) => ({
      templates: { 'not-found.test': { provider: { type: 'prometheus', address: url }, query: 'up', ...spec } },
      ...(secrets ? { secrets } : {}),
    });
  const secured = (url = 'http://p') => ({
    provider: { type: 'prometheus', address: url, secretRef: { name: 'creds' } },
  });

  interface Failure {
    readonly metric: MetricSpec;
    readonly answer?: Answer;
    readonly cluster?: (url: string) => Cluster;
    readonly metricsProvider?: string;
    readonly message: string;
    readonly providerError?: true;
  }

  const failures: Readonly<Record<string, Failure>> = {
    'success rate without values': {
      metric: SUCCESS_RATE,
      answer: NOTHING,
      message: `Halt advancement no values found for apisix metric request-success-rate ${idle}: running query failed: no values found`,
    },
    'success rate NaN': {
      metric: SUCCESS_RATE,
      answer: number('NaN'),
      message: `Halt advancement no values found for apisix metric request-success-rate ${idle}: running query failed: no values found`,
    },
    'success rate of the HTTP observer without values': {
      metric: SUCCESS_RATE,
      answer: NOTHING,
      metricsProvider: 'kubernetes',
      message: `Halt advancement no values found for kubernetes metric request-success-rate ${idle}: no values found`,
    },
    'duration without values': {
      metric: DURATION,
      answer: NOTHING,
      message: `Halt advancement no values found for apisix metric request-duration ${idle}`,
    },
    'no pods': {
      metric: SUCCESS_RATE,
      answer: number(100),
      cluster: () => ({ addresses: [] }),
      message: `Halt advancement no values found for apisix metric request-success-rate ${idle}: running query failed: no values found`,
    },
    'inline without values': {
      metric: INLINE,
      answer: NOTHING,
      message: 'Halt advancement no values found for metric: errors',
    },
    'template without values': {
      metric: TEMPLATE,
      answer: NOTHING,
      cluster: withTemplate({}),
      message: 'Halt advancement no values found for custom metric: 404s percentage: no values found',
    },
    'built-in check, server down': {
      metric: SUCCESS_RATE,
      answer: DOWN,
      message: 'Prometheus query failed: running query failed: error response: Status 503 Service Unavailable: down',
      providerError: true,
    },
    'built-in check of the HTTP observer, server down': {
      metric: DURATION,
      answer: DOWN,
      metricsProvider: 'gatewayapi:v1',
      message: 'Prometheus query failed: error response: Status 503 Service Unavailable: down',
      providerError: true,
    },
    'inline, server down': {
      metric: INLINE,
      answer: DOWN,
      message: 'Prometheus query failed for errors: error response: Status 503 Service Unavailable: down',
      providerError: true,
    },
    'inline, bad query': {
      metric: INLINE,
      answer: BAD_QUERY,
      message: 'Prometheus query failed for errors: error response: Status 400 Bad Request: parse error',
    },
    'template, server down': {
      metric: TEMPLATE,
      answer: DOWN,
      cluster: withTemplate({}),
      message: 'Metric query failed for 404s percentage: error response: Status 503 Service Unavailable: down',
      providerError: true,
    },
    'template, credentials refused': {
      metric: TEMPLATE,
      answer: { status: 401, body: 'no' },
      cluster: (url) => withTemplate(secured(url), { 'creds.test': { token: 't' } })(url),
      message: 'Metric query failed for 404s percentage: error response: Status 401 Unauthorized: no',
      providerError: true,
    },
    'template, bad query': {
      metric: TEMPLATE,
      answer: BAD_QUERY,
      cluster: withTemplate({}),
      message: 'Metric query failed for 404s percentage: error response: Status 400 Bad Request: parse error',
    },
    'template missing': {
      metric: TEMPLATE,
      message: 'Metric template not-found.test error: "not-found.test" not found',
    },
    'template unreadable': {
      metric: TEMPLATE,
      cluster: () => ({ templates: { 'not-found.test': down } }),
      message: 'Metric template not-found.test error: the API server is down',
      providerError: true,
    },
    'template not valid': {
      metric: TEMPLATE,
      cluster: withTemplate({ query: ' ' }),
      message: 'Metric template not-found.test error: spec.query: write the query whose value is checked',
    },
    'Secret missing': {
      metric: TEMPLATE,
      cluster: withTemplate(secured()),
      message: 'Metric template not-found.test secret creds error: "creds.test" not found',
    },
    'Secret unreadable': {
      metric: TEMPLATE,
      cluster: withTemplate(secured(), { 'creds.test': down }),
      message: 'Metric template not-found.test secret creds error: the API server is down',
      providerError: true,
    },
    'Secret without credentials': {
      metric: TEMPLATE,
      cluster: withTemplate(secured(), { 'creds.test': { other: 'x' } }),
      message:
        'Metric template not-found.test provider prometheus error: prometheus credentials does not contain a username',
    },
    'provider without a Secret': {
      metric: TEMPLATE,
      cluster: withTemplate({ provider: { type: 'datadog' } }),
      message:
        'Metric template not-found.test provider datadog error: datadog needs credentials: set spec.provider.secretRef of the template to a Secret with datadog_api_key',
    },
    'template that can’t be parsed': {
      metric: TEMPLATE,
      cluster: withTemplate({ query: 'up{app="{{ nmae }}"}' }),
      message: 'Metric template not-found.test query render error: line 1, column 12: function "nmae" not defined',
    },
    'template with an unknown variable': {
      metric: TEMPLATE,
      cluster: withTemplate({ query: '{{ variables.code }}' }),
      message: 'Metric template not-found.test query render error: line 1, column 13: map has no entry for key "code"',
    },
  };
  for (const [what, { metric, answer, cluster, metricsProvider, message, providerError }] of Object.entries(failures)) {
    test(what, async (t) => {
      const { url } = await prometheus(t, () => answer ?? number(1));
      const context = contextOf(url, [metric], metricsProvider === undefined ? {} : { metricsProvider });
      const results = await evaluateMetrics(context, sourcesOf(cluster?.(url)), never);
      assert.equal(results.length, 1);
      assert.equal(results[0]?.message, message);
      assert.equal(results[0].ok, false);
      assert.equal(results[0].providerError, providerError);
      assert.equal('value' in results[0], false);
    });
  }

  test('a metrics server that is unreachable is the provider’s', async () => {
    const [result] = await evaluateMetrics(contextOf(await closedAddress(), [SUCCESS_RATE]), sourcesOf(), never);
    assert.match(
      result?.message ?? '',
      /^Prometheus query failed: running query failed: request to .* failed: .*ECONNREFUSED/,
    );
    assert.equal(result?.providerError, true);
  });

  test('a metrics server’s address that can’t be used is reported without its secrets', async () => {
    const context = { ...contextOf('http://p', [INLINE]), metricsServer: 'ftp://me:hush@p/x?key=hush' };
    const [result] = await evaluateMetrics(context, sourcesOf(), never);
    assert.match(
      result?.message ?? '',
      /^Error building Prometheus client for ftp:\/\/p\/x prometheus address is not a valid URL/,
    );
    assert.doesNotMatch(result?.message ?? '', /hush/);
    assert.equal(result?.providerError, undefined);
  });

  test('an aborted signal and bugs are passed on', async (t) => {
    const { url, queries } = await prometheus(t, () => number(1));
    const reason = new Error('cancelled');
    const signal = AbortSignal.abort(reason);
    const context = contextOf(url, [SUCCESS_RATE, TEMPLATE]);
    await assert.rejects(evaluateMetrics(context, sourcesOf(), signal), (error) => error === reason);
    assert.equal(queries.length, 0);
    const bug = new TypeError('x is not a function');
    const buggy = { ...sourcesOf(), canaryAddresses: () => Promise.reject(bug) };
    await assert.rejects(evaluateMetrics(context, buggy, never), (error) => error === bug);
  });
});
