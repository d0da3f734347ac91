import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import type { Canary } from '../../src/crds/types.js';
import { metricsContextOf } from '../../src/metrics/context.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';

function canary(edits: Readonly<Record<string, unknown>> = {}): Canary {
  const parsed = parseCanary(canaryWith(edits), OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

const SETTINGS = { meshProvider: 'istio', builtinQueries: 'canary-only', providerErrors: 'hold' } as const;
const ingressRef = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'an-ingress' };

describe('what an evaluation knows of a Canary', () => {
  test('names that the Canary gives', () => {
    const given = canary({
      'metadata.name': 'shop',
      'spec.targetRef.name': 'cart',
      'spec.service.name': 'carts',
      'spec.routeRef.name': 'storefront',
    });
    assert.deepEqual(metricsContextOf({ ...given, ingressRef }, SETTINGS).names, {
      name: 'shop',
      namespace: 'test',
      target: 'cart',
      service: 'carts',
      ingress: 'an-ingress',
      route: 'storefront',
    });
  });

  test('the target’s name stands in for the others', () => {
    const { names } = metricsContextOf({ ...canary({ 'metadata.name': 'shop' }), routeRef: undefined }, SETTINGS);
    assert.deepEqual(names, {
      name: 'shop',
      namespace: 'test',
      target: 'podinfo',
      service: 'podinfo',
      ingress: 'podinfo',
      route: 'podinfo',
    });
  });

  test('the rest is passed on', () => {
    const window = { notBefore: 1, now: 2 };
    const given = canary({ 'spec.metricsServer': 'http://here:9090' });
    const context = metricsContextOf(given, { ...SETTINGS, builtinQueries: 'flagger' }, window);
    assert.equal(context.metricsServer, 'http://here:9090');
    assert.equal(context.metrics, given.analysis.metrics);
    assert.equal(context.flavour, 'flagger');
    assert.equal(context.window, window);
    assert.equal('window' in metricsContextOf(given, SETTINGS), false);
  });

  const targets = {
    deployment: { kind: 'Deployment', apiVersion: 'apps/v1' },
    service: { kind: 'Service', apiVersion: 'v1' },
    knative: { kind: 'Service', apiVersion: 'serving.knative.dev/v1' },
  } as const;
  const providers: readonly (readonly [
    mesh: string,
    provider: string,
    target: keyof typeof targets,
    chosen: string,
  ])[] = [
    ['istio', 'apisix', 'deployment', 'apisix'],
    ['linkerd', 'nginx', 'deployment', 'linkerd'],
    // The Canary names none: the cluster's stands in its place.
    ['smi:linkerd', 'smi:linkerd', 'deployment', 'smi:linkerd'],
    ['kubernetes', 'kubernetes', 'service', 'kubernetes:service'],
    ['istio', 'knative', 'knative', 'knative'],
  ];
  for (const [meshProvider, provider, target, chosen] of providers) {
    test(`${provider} on ${meshProvider} with a ${target}: ${chosen}`, () => {
      const given = canary();
      const changed = { ...given, provider, targetRef: { ...given.targetRef, ...targets[target] } };
      assert.equal(metricsContextOf(changed, { ...SETTINGS, meshProvider }).metricsProvider, chosen);
    });
  }
});
