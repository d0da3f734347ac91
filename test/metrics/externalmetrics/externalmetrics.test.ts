import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UserError } from '../../../src/errors.js';
import { ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import { parseQuantity } from '../../../src/metrics/externalmetrics/quantity.js';
import { pathOf } from '../../../src/metrics/externalmetrics/query.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { never, serveVendor } from '../../harness/http/server.js';
import { elsewhere, inCluster, metrics, withToken } from './vendor.js';
import { clusterAt, status } from '../kubernetes.js';
import { provider } from '../template.js';

for (const subject of [inCluster, withToken, elsewhere]) testProviderContract(subject);

describe('externalmetrics', () => {
  const API = '/apis/external.metrics.k8s.io/v1beta1/namespaces';
  const paths: readonly (readonly [string, string])[] = [
    ['queue', `${API}/default/queue`],
    ['/queue', `${API}/default/queue`],
    [' shop/queue\n', `${API}/shop/queue`],
    ['shop/s3%7Crate', `${API}/shop/s3%7Crate`],
    ['queue?labelSelector=app%3Dcart', `${API}/default/queue?labelSelector=app%3Dcart`],
    ['queue?labelSelector=', `${API}/default/queue`],
    ['queue?other=1', `${API}/default/queue`],
  ];
  for (const [query, path] of paths) {
    test(`the query ${JSON.stringify(query)}`, () => assert.equal(pathOf(query), path));
  }

  for (const query of ['', ' ', 'a/b/c', 'a%2Fb/c', '../x', 'shop/..', 'shop/%2e%2e', 'shop/', 'a%zz']) {
    test(`the query ${JSON.stringify(query)} is none`, () => assert.throws(() => pathOf(query), QueryRefused));
  }

  const quantities: readonly (readonly [string, number | undefined])[] = [
    ['0', 0],
    ['250m', 0.25],
    ['100m', 0.1],
    ['1500u', 0.0015],
    ['3n', 3e-9],
    ['2k', 2_000],
    ['1.5M', 1_500_000],
    ['-2G', -2e9],
    ['1Ki', 1_024],
    ['1.5Gi', 1.5 * 1_024 ** 3],
    ['2e3', 2_000],
    ['2E-3', 0.002],
    ['1E', 1e18],
    ['.5', 0.5],
    ['5.', 5],
    ['', undefined],
    ['m', undefined],
    ['1K', undefined],
    ['1 m', undefined],
    ['NaN', undefined],
  ];
  for (const [text, value] of quantities) {
    test(`the quantity ${JSON.stringify(text)}`, () => assert.equal(parseQuantity(text), value));
  }

  test('a metric that isn’t there is the user’s, here and elsewhere', async (t) => {
    const { url } = await serveVendor(t, () => status(404, 'NotFound', 'no such metric'));
    const here = { provider: provider(undefined, { type: 'externalmetrics' }), environment: clusterAt(url, 't') };
    const there = { provider: provider(url, { type: 'externalmetrics' }), credentials: { token: 't' } };
    for (const options of [here, there]) {
      await assert.rejects(createProvider(options).query('queue', never), QueryRefused);
    }
  });

  test('a value that is no quantity', async (t) => {
    const { url } = await serveVendor(t, () => metrics('many'));
    const options = { provider: provider(undefined, { type: 'externalmetrics' }), environment: clusterAt(url, 't') };
    await assert.rejects(createProvider(options).query('queue', never), ProviderError);
  });

  test('our own identity is shown to our own cluster only', () => {
    const options = { provider: provider('http://elsewhere', { type: 'externalmetrics' }) };
    assert.throws(
      () => createProvider(options),
      (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(
          error.message,
          /^externalmetrics at an address of its own needs a token: set spec\.provider\.secretRef/,
        );
        return true;
      },
    );
  });

  test('a Secret without a token', () => {
    const options = { provider: provider(undefined, { type: 'externalmetrics' }), credentials: {} };
    assert.throws(() => createProvider(options), /^UserError: externalmetrics credentials does not contain a token$/);
  });

  test('a token of a Secret takes our own’s place', async (t) => {
    const { url, asked } = await serveVendor(t, () => metrics('1'));
    const options = {
      provider: provider(undefined, { type: 'externalmetrics' }),
      credentials: { token: 'theirs' },
      environment: clusterAt(url, 'ours'),
    };
    await createProvider(options).query('queue', never);
    assert.deepEqual(
      asked.map(({ headers }) => headers.authorization),
      ['Bearer theirs'],
    );
  });
});
