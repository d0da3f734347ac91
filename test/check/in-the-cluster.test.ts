import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProviderError } from '../../src/metrics/errors.js';
import type { ClusterApi } from '../../src/metrics/environment.js';
import { canaryWith } from '../crds/fixtures.js';
import { clusterOf, slice } from './cluster.js';
import { checked, template } from './fixtures.js';

const METRIC = { name: 'orders', templateRef: { name: 'custom' }, interval: '30s', thresholdRange: { max: 5 } };

/** What is found of a metric that lives in the cluster, and which paths were read. */
async function asked(type: 'keptn' | 'externalmetrics', query: string, get?: (path: string) => Promise<unknown>) {
  const paths: string[] = [];
  const changed = () => Promise.reject(new Error('a check changes nothing'));
  const clusterApi: ClusterApi | undefined = get && {
    get: (path) => {
      paths.push(path);
      return get(path);
    },
    create: changed,
    delete: changed,
  };
  const canary = canaryWith({ 'spec.analysis.metrics': [METRIC] });
  const { metrics = [], findings } = await checked([canary, template(query, { 'spec.provider': { type } })], {
    cluster: clusterOf([slice('podinfo-primary', '10.0.0.7')]),
    live: { environment: {}, showAllQueries: true, ...(clusterApi ? { clusterApi } : {}) },
  });
  const [metric] = metrics;
  assert.ok(metric);
  const about = findings.filter(({ field }) => field === 'spec.analysis.metrics[0]');
  return { metric, paths, about };
}

describe('metrics that live in the cluster are asked by the account that checks', () => {
  test('a KeptnMetric, named as a release names it', async () => {
    const get = () => Promise.resolve({ status: { value: '7.5' } });
    const { metric, paths, about } = await asked('keptn', 'keptnmetric/test/{{ target }}-errors', get);
    assert.deepEqual(paths, ['/apis/metrics.keptn.sh/v1beta1/namespaces/test/keptnmetrics/podinfo-errors']);
    assert.deepEqual([metric.verdict, metric.value], ['halts', 7.5]);
    assert.deepEqual(
      about.map(({ rule, severity }) => [rule, severity]),
      [['would-halt', 'error']],
    );
  });

  test('an external metric, of the primary', async () => {
    const get = () => Promise.resolve({ items: [{ value: '3' }] });
    const { metric, paths } = await asked('externalmetrics', 'test/queue?labelSelector=app%3D{{ target }}', get);
    assert.match(paths[0] ?? '', /namespaces\/test\/queue\?labelSelector=app%3Dpodinfo-primary$/);
    assert.deepEqual([metric.verdict, metric.value], ['passes', 3]);
  });

  const forbidden = () => Promise.reject(new ProviderError('keptnmetrics is forbidden: User "alice"', 403));
  const cases: readonly (readonly [string, 'keptn' | 'externalmetrics', string, (() => Promise<unknown>)?])[] = [
    ['to ask Keptn for an analysis is to make one', 'keptn', 'analysis/test/quality', () => Promise.resolve({})],
    ['the server asks keptn by its own account: check without --server', 'keptn', 'keptnmetric/test/orders'],
    ['the server asks externalmetrics by its own account', 'externalmetrics', 'test/queue'],
    ['keptnmetrics is forbidden: User "alice"', 'keptn', 'keptnmetric/test/orders', forbidden],
  ];
  for (const [reason, type, query, get] of cases) {
    test(`is not asked, and no reason to fail: ${reason}`, async () => {
      const { metric, about } = await asked(type, query, get);
      assert.equal(metric.verdict, 'not-asked');
      assert.deepEqual(
        about.map(({ rule, severity }) => [rule, severity]),
        [['metric-not-asked', 'info']],
      );
      assert.ok(about[0]?.message.includes(reason), about[0]?.message);
    });
  }

  test('one that isn’t there would halt a release', async () => {
    const { metric } = await asked('keptn', 'keptnmetric/test/orders', () => Promise.resolve(undefined));
    assert.equal(metric.verdict, 'broken');
  });
});
