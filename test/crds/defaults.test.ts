import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCanary, type Canary, type ParseOptions } from '../../src/crds/canary.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { canaryWith, everything, OPTIONS, supporting } from './fixtures.js';

function read(edits: Readonly<Record<string, unknown>>, options: Partial<ParseOptions> = {}): Canary {
  const parsed = parseCanary(canaryWith(edits), { ...OPTIONS, ...options });
  assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.refusal));
  return parsed.value;
}

describe('metadata', () => {
  test('what others need is kept', () => {
    const canary = read({
      'metadata.labels': { team: 'shop' },
      'metadata.annotations': { 'example.org/a': 'b' },
      'metadata.finalizers': ['finalizer.flagger.app'],
      'metadata.deletionTimestamp': '2026-07-01T00:00:00Z',
    });
    assert.deepEqual(canary.labels, { team: 'shop' });
    assert.deepEqual(canary.annotations, { 'example.org/a': 'b' });
    assert.deepEqual(canary.finalizers, ['finalizer.flagger.app']);
    assert.equal(canary.deletionTimestamp, '2026-07-01T00:00:00Z');
  });

  test('an object that was never applied', () => {
    const canary = read({ metadata: { name: 'cart' } });
    assert.deepEqual([canary.name, canary.namespace, canary.uid, canary.generation], ['cart', 'default', '', 0]);
  });

  test('fields that nobody knows are ignored', () => {
    const canary = read({ 'spec.canaryAnalysis': { interval: 7 }, 'spec.analysis.future': true, future: 1 });
    assert.equal('future' in canary.analysis, false);
  });

  test('nothing can be changed', () => {
    const canary = read({ 'spec.service.hosts': ['a.test'] });
    for (const part of [canary, canary.analysis, canary.analysis.webhooks[0], canary.service.hosts, canary.status]) {
      assert.ok(Object.isFrozen(part));
    }
  });

  test('what is read is not changed', () => {
    const object = canaryWith({});
    const before = structuredClone(object);
    parseCanary(object, OPTIONS);
    assert.deepEqual(object, before);
    assert.equal(Object.isFrozen(object), false);
  });
});

describe('spec', () => {
  test('provider and metrics server come from the options', () => {
    const canary = read({ 'spec.provider': undefined });
    assert.deepEqual([canary.provider, canary.metricsServer], ['apisix', 'http://prometheus.apisix:9090']);
    assert.equal(read({ 'spec.metricsServer': '' }).metricsServer, 'http://prometheus.apisix:9090');
    assert.equal(read({ 'spec.metricsServer': 'http://p:1' }).metricsServer, 'http://p:1');
  });

  test('the deadline is ten minutes', () => {
    assert.equal(read({ 'spec.progressDeadlineSeconds': undefined }).progressDeadlineSeconds, 600);
  });

  test('flags', () => {
    const canary = read({ 'spec.suspend': true, 'spec.skipAnalysis': true, 'spec.revertOnDeletion': true });
    const { suspend, skipAnalysis, revertOnDeletion } = policyOfCanary(canary);
    assert.deepEqual([suspend, skipAnalysis, revertOnDeletion], [true, true, true]);
  });

  test('the autoscaler', () => {
    const autoscalerRef = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo' };
    assert.deepEqual(read({ 'spec.autoscalerRef': autoscalerRef }).autoscalerRef, {
      ...autoscalerRef,
      primaryScalerQueries: {},
      primaryScalerReplicas: { minReplicas: undefined, maxReplicas: undefined },
    });
    const bounded = { ...autoscalerRef, primaryScalerReplicas: { minReplicas: 2, maxReplicas: 2 } };
    assert.deepEqual(read({ 'spec.autoscalerRef': bounded }).autoscalerRef?.primaryScalerReplicas, {
      minReplicas: 2,
      maxReplicas: 2,
    });
  });

  test("the upstream is in the Canary's namespace", () => {
    const upstreamRef = { apiVersion: 'gloo.solo.io/v1', kind: 'Upstream', name: 'u' };
    const canary = read({ 'spec.upstreamRef': upstreamRef }, { support: supporting('upstreamRef') });
    assert.equal(canary.upstreamRef?.namespace, 'test');
  });
});

describe('service', () => {
  test('names follow from service.name, that of the primary workload from the target', () => {
    const { service, targetRef } = read({ 'spec.service.name': 'shop' });
    assert.deepEqual(
      [service.name, service.primaryName, service.canaryName, targetRef.primaryName],
      ['shop', 'shop-primary', 'shop-canary', 'podinfo-primary'],
    );
    assert.equal(read({ 'spec.service.name': '' }).service.name, 'podinfo');
  });

  for (const unset of [undefined, 0, '0', '']) {
    test(`targetPort ${JSON.stringify(unset)} is the port`, () => {
      assert.equal(read({ 'spec.service.targetPort': unset }).service.targetPort, 80);
    });
  }

  test('targetPort may be a name', () => {
    assert.equal(read({ 'spec.service.targetPort': 'web' }).service.targetPort, 'web');
  });

  test('portName', () => {
    assert.equal(read({ 'spec.service.portName': '' }).service.portName, 'http');
    assert.equal(read({ 'spec.service.portName': 'grpc' }).service.portName, 'grpc');
  });

  test('what means nothing to the provider is accepted', () => {
    const { service } = read({
      'spec.service.gateways': ['mesh'],
      'spec.service.meshName': 'm',
      'spec.service.gatewayRefs': [{ name: 'gateway' }],
      'spec.service.mirror': [{ backendRef: { name: 'copy', port: 80 } }],
      'spec.service.apex': { labels: { a: 'b' } },
      'spec.service.trafficPolicy': { loadBalancer: { simple: 'LEAST_REQUEST' } },
    });
    assert.deepEqual(service.gateways, ['mesh']);
    assert.deepEqual(service.gatewayRefs, [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gateway' }]);
    assert.deepEqual(service.mirror, [{ backendRef: { group: '', kind: 'Service', name: 'copy', port: 80 } }]);
    assert.deepEqual(service.apex, { labels: { a: 'b' }, annotations: {} });
    assert.equal(service.trafficPolicy?.loadBalancer?.simple, 'LEAST_REQUEST');
  });
});

describe('analysis', () => {
  test('all requests are mirrored, or as many as it says', () => {
    const mirrored = (mirrorWeight?: number) =>
      read(
        { 'spec.provider': 'istio', 'spec.analysis.mirror': true, 'spec.analysis.mirrorWeight': mirrorWeight },
        { support: everything() },
      );
    assert.equal(mirrored().analysis.mirrorWeight, 100);
    assert.equal(mirrored(0).analysis.mirrorWeight, 100);
    assert.equal(mirrored(25).analysis.mirrorWeight, 25);
  });

  const intervals: readonly (readonly [string, number])[] = [
    ['30s', 30],
    ['1m30s', 90],
    ['1s', 10],
    ['0s', 10],
    ['500ms', 10],
    ['10s500ms', 10.5],
  ];
  for (const [interval, seconds] of intervals) {
    test(`interval ${interval}`, () => {
      assert.equal(read({ 'spec.analysis.interval': interval }).analysis.intervalSeconds, seconds);
    });
  }

  test('the shortest interval is an option', () => {
    const canary = read({ 'spec.analysis.interval': '1s' }, { minIntervalSeconds: 0.5 });
    assert.equal(canary.analysis.intervalSeconds, 1);
  });

  test('a threshold of 0 acts as 1', () => {
    assert.equal(read({ 'spec.analysis.threshold': 0 }).analysis.threshold, 1);
  });

  test('maxWeight is 100 where empty', () => {
    const { strategy } = read({ 'spec.analysis.maxWeight': undefined }).analysis;
    assert.equal(strategy.kind === 'canary' && strategy.maxWeight, 100);
  });

  test('the last of stepWeights is the bound, and 100 is all there is', () => {
    const steps = (stepWeights: number[]) =>
      read({ 'spec.analysis.stepWeight': undefined, 'spec.analysis.stepWeights': stepWeights }).analysis.strategy;
    assert.deepEqual(steps([1, 2, 10, 80]), {
      kind: 'canary',
      weights: [1, 2, 10, 80],
      maxWeight: 80,
      stepWeightPromotion: 0,
    });
    assert.deepEqual(steps([1, 2, 10, 200]), {
      kind: 'canary',
      weights: [1, 2, 10, 100],
      maxWeight: 100,
      stepWeightPromotion: 0,
    });
  });

  test('maxWeight beside stepWeights means nothing, whatever it is', () => {
    const { strategy } = read({
      'spec.analysis.stepWeight': undefined,
      'spec.analysis.stepWeights': [20],
      'spec.analysis.maxWeight': 0,
    }).analysis;
    assert.equal(strategy.kind === 'canary' && strategy.maxWeight, 20);
  });
});

describe('webhooks', () => {
  test('those without alerts are named to the core', () => {
    const hook = (name: string, more: object = {}) => ({
      name,
      url: 'http://a.test',
      type: 'confirm-rollout',
      ...more,
    });
    const canary = read({ 'spec.analysis.webhooks': [hook('loud'), hook('quiet', { muteAlert: true })] });
    assert.deepEqual(policyOfCanary(canary).muted, ['quiet']);
  });

  test('an empty type is rollout, the timeout ten seconds', () => {
    const canary = read({
      'spec.analysis.webhooks': [
        { name: 'a', url: 'http://a.test' },
        { name: 'b', type: '', url: 'http://b.test' },
      ],
    });
    assert.deepEqual(
      canary.analysis.webhooks.map(({ name, type, timeoutSeconds, metadata }) => [
        name,
        type,
        timeoutSeconds,
        metadata,
      ]),
      [
        ['a', 'rollout', 10, undefined],
        ['b', 'rollout', 10, undefined],
      ],
    );
    assert.deepEqual(policyOfCanary(canary).hooks, { rollout: ['a', 'b'] });
  });

  test('hooks are grouped by type in the order of the spec, and may share a name', () => {
    const hook = (name: string, type: string) => ({ name, type, url: 'http://a.test' });
    const canary = read({
      'spec.analysis.webhooks': [
        hook('b', 'confirm-rollout'),
        hook('x', 'rollback'),
        hook('a', 'confirm-rollout'),
        hook('x', 'rollback'),
      ],
    });
    assert.deepEqual(policyOfCanary(canary).hooks, { 'confirm-rollout': ['b', 'a'], rollback: ['x', 'x'] });
  });

  test('there may be none', () => {
    assert.deepEqual(policyOfCanary(read({ 'spec.analysis.webhooks': undefined })).hooks, {});
  });
});

describe('metrics', () => {
  const sources = (metric: object) => read({ 'spec.analysis.metrics': [metric] }).analysis.metrics[0]?.sources;
  const minute = { text: '1m', seconds: 60 };

  test('the interval is a minute, but none for templates', () => {
    assert.deepEqual(sources({ name: 'x', query: 'up', templateRef: { name: 't' }, thresholdRange: {} }), [
      { kind: 'query', query: 'up', interval: minute, range: {} },
      {
        kind: 'template',
        templateRef: { name: 't', namespace: 'test' },
        interval: undefined,
        variables: {},
        range: {},
      },
    ]);
  });

  test('a built-in name does not keep a template from being checked', () => {
    const kinds = sources({ name: 'request-duration', templateRef: { name: 't', namespace: 'other' } })?.map(
      ({ kind }) => kind,
    );
    assert.deepEqual(kinds, ['builtin', 'template']);
  });

  test('variables and interval of a template', () => {
    const metric = { name: 'x', interval: '30s', templateRef: { name: 't' }, templateVariables: { a: 'b' } };
    const [source] = sources(metric) ?? [];
    assert.ok(source?.kind === 'template');
    assert.deepEqual([source.interval, source.variables], [{ text: '30s', seconds: 30 }, { a: 'b' }]);
  });

  const ranges: readonly (readonly [string, object, object])[] = [
    ['a success rate has a lower threshold', { name: 'request-success-rate', threshold: 99 }, { min: 99 }],
    ['a success rate without bounds passes', { name: 'request-success-rate' }, { min: 0 }],
    ['a duration has an upper threshold', { name: 'request-duration', threshold: 500 }, { max: 500 }],
    ['a duration without bounds passes at 0 only', { name: 'request-duration' }, { max: 0 }],
    ['a query has an upper threshold', { name: 'x', query: 'up', threshold: 0.5 }, { max: 0.5 }],
    ['a range outdoes the threshold', { name: 'x', query: 'up', threshold: 1, thresholdRange: { min: 2 } }, { min: 2 }],
    ['an empty range always passes', { name: 'request-duration', threshold: 1, thresholdRange: {} }, {}],
    [
      'bounds of a duration are whole milliseconds',
      { name: 'request-duration', thresholdRange: { min: 1.9, max: 500.9 } },
      { min: 1, max: 500 },
    ],
  ];
  for (const [title, metric, range] of ranges) {
    test(title, () => assert.deepEqual(sources(metric)?.[0]?.range, range));
  }
});

describe('strategies', () => {
  const strategyOf = (edits: Readonly<Record<string, unknown>>) =>
    policyOfCanary(read({ 'spec.analysis.stepWeight': undefined, ...edits }, { support: everything() }));
  const iterations = { 'spec.analysis.iterations': 3 };
  const match = { 'spec.analysis.match': [{ headers: { 'x-canary': { exact: 'insider' } } }] };

  test('match and iterations: A/B', () => {
    assert.deepEqual(strategyOf({ ...iterations, ...match }).strategy, {
      kind: 'ab',
      iterations: 3,
      stepWeightPromotion: 0,
    });
  });

  test('iterations alone: Blue/Green', () => {
    const expected = { kind: 'blueGreen', iterations: 3, stepWeightPromotion: 0 } as const;
    assert.deepEqual(strategyOf(iterations).strategy, expected);
    assert.deepEqual(strategyOf({ ...iterations, 'spec.analysis.mirror': true }).strategy, {
      ...expected,
      mirror: true,
    });
  });

  test('match alone: weights', () => {
    assert.equal(strategyOf({ ...match, 'spec.analysis.stepWeight': 10 }).strategy.kind, 'canary');
  });

  test('where only Services lead to the pods: Blue/Green, and what is left out is reported', () => {
    const kubernetes = { 'spec.provider': 'kubernetes', 'spec.routeRef': undefined };
    const weights = strategyOf({ ...kubernetes, 'spec.analysis.stepWeight': 10 });
    assert.equal(weights.routed, false);
    assert.deepEqual(weights.strategy, { kind: 'blueGreen', iterations: 10, stepWeightPromotion: 0 });
    assert.deepEqual(weights.notices, [
      'Progressive traffic is not supported when using the kubernetes provider',
      'Setting canaryAnalysis.iterations: 10',
    ]);
    assert.deepEqual(strategyOf({ ...kubernetes, ...iterations, ...match }).notices, [
      'A/B testing is not supported when using the kubernetes provider',
    ]);
  });

  test('a mirrored share that the provider can not make is reported', () => {
    const mirrored = { ...iterations, 'spec.analysis.mirror': true, 'spec.analysis.mirrorWeight': 20 };
    assert.deepEqual(strategyOf(mirrored).notices, []);
    const gateway = {
      'spec.provider': 'gatewayapi:v1',
      'spec.routeRef': undefined,
      'spec.service.gatewayRefs': [{ name: 'public' }],
    };
    assert.deepEqual(strategyOf({ ...mirrored, ...gateway }).notices, [
      'spec.analysis.mirrorWeight: 20 has no effect with the gatewayapi:v1 provider, all requests are mirrored',
    ]);
  });
});
