import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoObjects } from '../../demo/setup/objects.js';
import { DEMO_PROVIDERS, type DemoProvider } from '../../demo/setup/traffic.js';
import { parseCanary } from '../../src/crds/canary.js';
import type { KubeObject } from '../../src/kube/object.js';

const of = (provider: DemoProvider): readonly KubeObject[] =>
  demoObjects({ provider, namespace: 'shop', intervalSeconds: 4, loadTester: true }).objects;

function canaryOf(provider: DemoProvider): KubeObject {
  return of(provider).find(({ kind }) => kind === 'Canary') ?? assert.fail('no Canary');
}

describe('the demo’s objects', () => {
  for (const provider of DEMO_PROVIDERS) {
    test(`make a Canary by ${provider} that can be released, in the namespace that was asked for`, () => {
      const canary = JSON.parse(JSON.stringify(canaryOf(provider))) as unknown;
      const parsed = parseCanary(canary, { defaultProvider: 'istio', defaultMetricsServer: 'http://prometheus:9090' });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.equal(parsed.value.provider, provider);
      for (const { kind, metadata } of of(provider)) {
        assert.equal(kind === 'Namespace' ? metadata.name : metadata.namespace, 'shop', kind);
      }
    });
  }

  test('send the load test to where users come in', () => {
    const target = (provider: DemoProvider): string | undefined =>
      /http:\/\/\S+\/api\/info/.exec(JSON.stringify(canaryOf(provider)))?.[0];
    assert.equal(target('apisix'), 'http://apisix-gateway.apisix/api/info');
    assert.equal(target('contour'), 'http://envoy.projectcontour/api/info');
    assert.equal(target('gatewayapi:v1'), 'http://envoy.projectcontour/api/info');
  });

  test('bring along each template that a check names', () => {
    const names = of('gatewayapi:v1').flatMap(({ kind, metadata }) =>
      kind === 'MetricTemplate' ? [metadata.name] : [],
    );
    const { analysis } = canaryOf('gatewayapi:v1')['spec'] as {
      analysis: { metrics: { templateRef: { name: string } }[] };
    };
    assert.deepEqual(
      analysis.metrics.map(({ templateRef }) => templateRef.name),
      names,
    );
  });
});
