import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AutoscalerWish } from '../../src/kubernetes/objects/autoscaler.js';
import { horizontalPodAutoscaler } from '../../src/kubernetes/objects/horizontal-pod-autoscaler.js';
import { scaledObject } from '../../src/kubernetes/objects/scaled-object.js';
import { costOf } from '../harness/cost.js';
import { objectOf, OWNER } from './fixtures.js';

const PAUSED = 'autoscaling.keda.sh/paused-replicas';

const wish = (more: Partial<AutoscalerWish> = {}): AutoscalerWish => ({
  namespace: 'test',
  owner: OWNER,
  target: 'podinfo',
  primary: 'podinfo-primary',
  minReplicas: undefined,
  maxReplicas: undefined,
  queries: {},
  ...more,
});

describe('the primary’s HorizontalPodAutoscaler', () => {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' };
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 99 } } },
  ];
  const behavior = { scaleDown: { stabilizationWindowSeconds: 60, tolerance: '0.1' } };
  const spec = { scaleTargetRef, minReplicas: 2, maxReplicas: 4, metrics, behavior };
  const source = objectOf(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'scaler',
    { spec },
    {
      labels: { team: 'red', 'kustomize.toolkit.fluxcd.io/name': 'apps' },
      annotations: { note: 'mine' },
    },
  );
  const { desired } = horizontalPodAutoscaler;

  test('is the target’s, for the primary', () => {
    const made = desired(source, undefined, wish());
    assert.equal(made.metadata.name, 'scaler-primary');
    assert.deepEqual(made.metadata.labels, { team: 'red' });
    assert.equal(made.metadata.annotations, undefined);
    assert.deepEqual(made.metadata.ownerReferences, [OWNER]);
    assert.deepEqual(made['spec'], { ...spec, scaleTargetRef: { ...scaleTargetRef, name: 'podinfo-primary' } });
  });

  test('has bounds of its own where the Canary says so', () => {
    const bounds = (more: Partial<AutoscalerWish>): unknown[] => {
      const made = desired(source, undefined, wish(more))['spec'] as typeof spec;
      return [made.minReplicas, made.maxReplicas];
    };
    assert.deepEqual(bounds({ minReplicas: 3 }), [3, 4]);
    assert.deepEqual(bounds({ minReplicas: 3, maxReplicas: 9 }), [3, 9]);
  });

  test('follows the target’s, what it no longer says included', () => {
    const before = desired(source, undefined, wish());
    const { behavior: _behavior, ...less } = spec;
    const after = desired({ ...source, spec: less }, { ...before, status: { currentReplicas: 2 } }, wish());
    assert.equal((after['spec'] as { behavior?: unknown }).behavior, undefined);
    assert.deepEqual(after['status'], { currentReplicas: 2 });
  });

  test('needs no pause: Kubernetes switches it off at zero', () => {
    assert.equal(horizontalPodAutoscaler.pausing, undefined);
    assert.equal(horizontalPodAutoscaler.minReplicas(source), 2);
  });
});

describe('the primary’s ScaledObject', () => {
  const query = 'sum(rate(http_requests_total{app="podinfo-canary"}[1m]))';
  const trigger = (metadata: Readonly<Record<string, string>>, name?: string) => ({
    type: 'prometheus',
    ...(name === undefined ? {} : { name }),
    metadata: { serverAddress: 'http://prometheus:9090', ...metadata },
    authenticationRef: { name: 'podinfo' },
  });
  const spec = {
    scaleTargetRef: { kind: 'Deployment', apiVersion: 'apps/v1', name: 'podinfo', envSourceContainerName: 'podinfo' },
    pollingInterval: 10,
    cooldownPeriod: 20,
    initialCooldownPeriod: 5,
    idleReplicaCount: 0,
    minReplicaCount: 1,
    maxReplicaCount: 3,
    fallback: { failureThreshold: 3, replicas: 6 },
    advanced: { horizontalPodAutoscalerConfig: { name: 'podinfo', behavior: {} }, restoreToOriginalReplicaCount: true },
    triggers: [trigger({ query })],
  };
  const source = (more: object = {}, metadata: object = {}) =>
    objectOf(
      'keda.sh/v1alpha1',
      'ScaledObject',
      'podinfo-so',
      { spec: { ...spec, ...more } },
      {
        labels: { team: 'red', 'scaledobject.keda.sh/name': 'podinfo-so', 'kustomize.toolkit.fluxcd.io/name': 'apps' },
        annotations: {
          'scaledobject.keda.sh/transfer-hpa-ownership': 'true',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          [PAUSED]: '0',
        },
        ...metadata,
      },
    );
  const { desired } = scaledObject;
  const queriesOf = (triggers: readonly object[], more: Partial<AutoscalerWish> = {}): unknown[] => {
    const made = desired(source({ triggers }), undefined, wish(more))['spec'] as typeof spec;
    return made.triggers.map(({ metadata }) => (metadata as { query?: string }).query);
  };

  test('is the target’s, for the primary, and never paused with it', () => {
    const { metadata, spec: made } = desired(source(), undefined, wish());
    assert.equal(metadata.name, 'podinfo-so-primary');
    assert.deepEqual(metadata.labels, { team: 'red' });
    assert.deepEqual(metadata.annotations, { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' });
    assert.deepEqual(metadata.ownerReferences, [OWNER]);
    assert.deepEqual(made, {
      ...spec,
      scaleTargetRef: { ...spec.scaleTargetRef, name: 'podinfo-primary' },
      advanced: {
        horizontalPodAutoscalerConfig: { name: 'podinfo-primary', behavior: {} },
        restoreToOriginalReplicaCount: true,
      },
      triggers: [trigger({ query: 'sum(rate(http_requests_total{app="podinfo-primary"}[1m]))' })],
    });
  });

  test('has bounds of its own where the Canary says so, and keeps the name that KEDA gives it', () => {
    const current = objectOf(
      'keda.sh/v1alpha1',
      'ScaledObject',
      'podinfo-so-primary',
      {},
      {
        labels: { 'scaledobject.keda.sh/name': 'podinfo-so-primary', old: 'x' },
        finalizers: ['finalizer.keda.sh'],
      },
    );
    const made = desired(source(), current, wish({ minReplicas: 2, maxReplicas: 5 }));
    const { minReplicaCount, maxReplicaCount } = made['spec'] as typeof spec;
    assert.deepEqual([minReplicaCount, maxReplicaCount], [2, 5]);
    assert.deepEqual(made.metadata.labels, { team: 'red', 'scaledobject.keda.sh/name': 'podinfo-so-primary' });
    assert.deepEqual(made.metadata.finalizers, ['finalizer.keda.sh']);
  });

  test('asks for the primary where the target’s asks for the target or its canary, and nowhere else', () => {
    const rewritten = {
      'up{app="podinfo"}': 'up{app="podinfo-primary"}',
      'up{app="podinfo-canary"}': 'up{app="podinfo-primary"}',
      'up{app="podinfo-primary"}': 'up{app="podinfo-primary"}',
      'up{pod=~"podinfo-[0-9a-z]+-.*"}': 'up{pod=~"podinfo-primary-[0-9a-z]+-.*"}',
      'podinfo_requests_total{app="podinfo"}': 'podinfo_requests_total{app="podinfo-primary"}',
      'up{app="my-podinfo"}': 'up{app="my-podinfo"}',
      'up{app="podinfo2"}': 'up{app="podinfo2"}',
      // As Envoy, Kuma, Istio and Traefik name what leads to a Service.
      'up{envoy_cluster_name="test_podinfo_80"}': 'up{envoy_cluster_name="test_podinfo-primary_80"}',
      'up{envoy_cluster_name=~"test_podinfo-canary_.+"}': 'up{envoy_cluster_name=~"test_podinfo-primary_.+"}',
      'up{service="podinfo_test_svc_80"}': 'up{service="podinfo-primary_test_svc_80"}',
      "up{cluster='outbound|80||podinfo.test.svc'}": "up{cluster='outbound|80||podinfo-primary.test.svc'}",
      'up{service="test-podinfo-80@kubernetescrd"}': 'up{service="test-podinfo-primary-80@kubernetescrd"}',
      // Names of metrics, wherever they stand, and what only contains the name.
      '{__name__="podinfo_requests_total"}': '{__name__="podinfo_requests_total"}',
      '{__name__ =~ "podinfo_requests_.*", app="podinfo"}':
        '{__name__ =~ "podinfo_requests_.*", app="podinfo-primary"}',
      'up{service="latest-podinfo-80"}': 'up{service="latest-podinfo-80"}',
      'up{a="podinfos_80", b="my_podinfo2"}': 'up{a="podinfos_80", b="my_podinfo2"}',
      'up{a="say \\"test_podinfo_80\\"", b=`x\\`, c="podinfo"}':
        'up{a="say \\"test_podinfo-primary_80\\"", b=`x\\`, c="podinfo-primary"}',
      'sum:podinfo_hits{service:podinfo} # don\'t "podinfo_80':
        'sum:podinfo_hits{service:podinfo-primary} # don\'t "podinfo_80',
      '': '',
    };
    const triggers = Object.keys(rewritten).map((each) => trigger({ query: each }));
    assert.deepEqual(queriesOf(triggers), Object.values(rewritten));
    assert.deepEqual(queriesOf([trigger({})]), [undefined], 'a trigger without a query gets none');
  });

  test('a query of any size is gone through once', () => {
    const hostile = `${'"\\'.repeat(20_000)}${"'".repeat(9_999)}${'podinfo_'.repeat(5_000)}`;
    const took = costOf(() => void queriesOf([trigger({ query: hostile })]));
    assert.ok(took < 500, `${took} ms`);
  });

  test('no order to KEDA for the target is one for the primary, which keeps its own', () => {
    const annotations = {
      'autoscaling.keda.sh/paused': 'true',
      'autoscaling.keda.sh/paused-scale-in': 'true',
      'autoscaling.keda.sh/force-activation': 'true',
      'team.example.com/pager': '7',
      [PAUSED]: '3',
    };
    const made = desired(source({}, { annotations }), undefined, wish());
    assert.deepEqual(made.metadata.annotations, { 'team.example.com/pager': '7' });
    const own = { 'autoscaling.keda.sh/paused': 'true', 'serinus.dev/fence': '1.1', stray: 'x' };
    const kept = desired(
      source({}, { annotations }),
      { ...made, metadata: { ...made.metadata, annotations: own } },
      wish(),
    );
    assert.deepEqual(kept.metadata.annotations, {
      'autoscaling.keda.sh/paused': 'true',
      'serinus.dev/fence': '1.1',
      'team.example.com/pager': '7',
    });
  });

  test('asks what the Canary says, by the name of the trigger', () => {
    const triggers = [trigger({ query }, 'a'), trigger({ query }, 'b'), trigger({ query }), trigger({}, 'c')];
    const own = { a: 'mine', c: 'mine, too', d: 'for nobody' };
    assert.deepEqual(queriesOf(triggers, { queries: own }), ['mine', query, query, 'mine, too']);
  });

  test('the target’s is paused and resumed, whatever else is noted on it', () => {
    const { pausing, minReplicas } = scaledObject;
    assert.ok(pausing);
    const plain = source({}, { annotations: { note: 'mine' } });
    const paused = pausing.paused(plain);
    assert.deepEqual(paused.metadata.annotations, { note: 'mine', [PAUSED]: '0' });
    assert.deepEqual(pausing.resumed(paused), plain);
    assert.deepEqual(
      [minReplicas(source({ minReplicaCount: 4 })), minReplicas(source({ minReplicaCount: undefined }))],
      [4, 0],
    );
  });
});
