import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../src/errors.js';
import { DEPLOYMENTS, PODS, SECRETS, type ResourceType } from '../../src/kube/object.js';
import { demandPath, pathOf } from '../../src/kube/path.js';
import { externalMetricPath, pathOf as pathOfMetric } from '../../src/metrics/externalmetrics/query.js';
import { QueryRefused } from '../../src/metrics/errors.js';
import { readQuery } from '../../src/metrics/keptn/query.js';

const HOSTILE = [
  '..',
  '.',
  '',
  '../secrets',
  'a/../../secrets',
  'a/b',
  'a%2fb',
  '%2e%2e',
  'a?watch=true',
  'a#b',
  'a b',
  'a\n',
  'a\u0000',
  'ä',
  'x'.repeat(254),
];

/** Where a request would really go. */
const pathnameOf = (path: string): string => new URL(path, 'http://api').pathname;

describe('paths of the API server', () => {
  test('are what kubectl would ask for', () => {
    assert.equal(
      pathOf(DEPLOYMENTS, 'shop', 'cart', 'status'),
      '/apis/apps/v1/namespaces/shop/deployments/cart/status',
    );
    assert.equal(pathOf(PODS), '/api/v1/pods');
    assert.equal(pathOf(SECRETS, 'shop'), '/api/v1/namespaces/shop/secrets');
    const role: ResourceType = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles' };
    assert.equal(
      pathOf(role, 'shop', 'system:controller:x'),
      '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/system:controller:x',
    );
  });

  test('take no part that is something else, and say which and what it was', () => {
    for (const bad of HOSTILE) {
      const rows: readonly (readonly [string, () => string])[] = [
        ['namespace', () => pathOf(DEPLOYMENTS, bad, 'cart')],
        ['name', () => pathOf(DEPLOYMENTS, 'shop', bad)],
        ['subresource', () => pathOf(DEPLOYMENTS, 'shop', 'cart', bad)],
        ['apiVersion', () => pathOf({ ...DEPLOYMENTS, apiVersion: bad }, 'shop', 'cart')],
        ['apiVersion', () => pathOf({ ...DEPLOYMENTS, apiVersion: `${bad}/v1` }, 'shop', 'cart')],
        ['apiVersion', () => pathOf({ ...DEPLOYMENTS, apiVersion: `apps/${bad}` }, 'shop', 'cart')],
        ['plural', () => pathOf({ ...DEPLOYMENTS, plural: bad }, 'shop', 'cart')],
      ];
      for (const [field, path] of rows) {
        assert.throws(
          path,
          (error) => error instanceof UserError && error.message.startsWith(`${field}: `),
          `${field} ${JSON.stringify(bad)}`,
        );
      }
    }
  });

  test('lead where they are made for, whatever their parts are', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE, 'shop', 'cart-1'));
    const types = fc.record({
      apiVersion: fc.oneof(part, fc.constantFrom('v1', 'apps/v1')),
      kind: fc.constant('X'),
      plural: fc.oneof(part, fc.constant('deployments')),
    });
    fc.assert(
      fc.property(types, part, part, fc.option(part, { nil: undefined }), (type, namespace, name, subresource) => {
        let path: string;
        try {
          path = pathOf(type, namespace, name, subresource);
        } catch (error) {
          assert.ok(error instanceof UserError);
          return;
        }
        const root = type.apiVersion.includes('/') ? '/apis' : '/api';
        const rest = subresource === undefined ? '' : `/${subresource}`;
        assert.equal(
          pathnameOf(path),
          `${root}/${type.apiVersion}/namespaces/${namespace}/${type.plural}/${name}${rest}`,
        );
        demandPath(path);
      }),
      { numRuns: 3_000, seed: 12 },
    );
  });

  test('that others have made are looked at once more before they are asked for', () => {
    for (const path of [
      '/apis/metrics.keptn.sh/v1beta1/namespaces/shop/keptnmetrics/errors',
      externalMetricPath('shop', 's0-prometheus http', 'app=cart'),
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    ])
      demandPath(path);
    for (const path of [
      '/api/v1/namespaces/../secrets',
      '/api/v1/namespaces/%2e%2e/secrets',
      '/api/v1/namespaces/a%2Fb/secrets',
      '/api//v1/secrets',
      '/api/v1/secrets#',
      '//evil.example/api/v1/secrets',
      'http://evil.example/api/v1/secrets',
      '/metrics',
      '/apis/..%5c/v1',
      '/api/v1/\u0000',
      '/api/v1/%zz',
      '',
    ])
      assert.throws(() => demandPath(path), UserError, path);
  });

  test('of metrics in the cluster are made of names only', () => {
    for (const bad of HOSTILE.filter((one) => one !== '')) {
      assert.throws(() => pathOfMetric(`${encodeURIComponent(bad)}/queue`), QueryRefused, bad);
      if (!bad.includes('/')) assert.throws(() => readQuery(`keptnmetric/${bad}/errors`), QueryRefused, bad);
    }
    assert.throws(() => pathOfMetric('shop/..'), QueryRefused);
  });
});
