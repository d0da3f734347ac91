import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { buildPrimary, giveServiceBack, reconcileAll } from '../../../src/canary/generated.js';
import { driftOf } from '../../../src/canary/survey.js';
import type { Canary } from '../../../src/crds/canary.js';
import { ALL_TO_PRIMARY } from '../../../src/domain/weights.js';
import { DEPLOYMENTS, SCALED_OBJECTS, SERVICES, type KubeObject } from '../../../src/kube/object.js';
import { APP, WorkloadBench } from '../../harness/kubernetes/workload-bench.js';

// Manifests of teams, each of which has made a primary go wrong: named after what it is that they have.

const CONTAINERS = [{ name: 'web', image: 'lab/http-echo:1', ports: [{ containerPort: 8080 }] }];
type Fields = Readonly<Record<string, unknown>>;

async function withTarget(t: TestContext, spec: Fields, deployment: Fields = {}): Promise<WorkloadBench> {
  const bench = await WorkloadBench.open(t, spec);
  await bench.create(DEPLOYMENTS, {
    metadata: { name: APP },
    spec: {
      selector: { matchLabels: { app: APP } },
      template: { metadata: { labels: { app: APP } }, spec: { containers: CONTAINERS } },
      ...deployment,
    },
  });
  return bench;
}

const reconcile = (bench: WorkloadBench, canary: Canary = bench.canary) =>
  reconcileAll(bench.cache, { ...bench.bench, canary }, ALL_TO_PRIMARY, bench.fence());

async function promote(bench: WorkloadBench): Promise<void> {
  const { revision } = await bench.workload.look(bench.canary);
  assert.ok(await bench.workload.promote(bench.canary, revision, bench.fence()));
}

test('a team has paused its ScaledObject; the primary’s scales, and stays so with a promotion', async (t) => {
  const autoscalerRef = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'batch' };
  const bench = await withTarget(t, { autoscalerRef });
  const query = `sum(rate(jobs{app="${APP}"}[30s]))`;
  await bench.create(SCALED_OBJECTS, {
    metadata: { name: 'batch', annotations: { 'autoscaling.keda.sh/paused': 'true', team: 'red' } },
    spec: {
      scaleTargetRef: { name: APP },
      minReplicaCount: 1,
      maxReplicaCount: 3,
      triggers: [{ type: 'prometheus', metadata: { query, threshold: '5' } }],
    },
  });
  await buildPrimary(bench.cache, bench.bench, bench.fence());
  const paused = async (): Promise<Fields> =>
    (await bench.get(SCALED_OBJECTS, 'batch-primary')).metadata.annotations ?? {};
  assert.deepEqual(await paused(), { team: 'red' });
  await bench.patch(DEPLOYMENTS, APP, { spec: { template: { metadata: { annotations: { v: '2' } } } } });
  await promote(bench);
  assert.deepEqual(await paused(), { team: 'red' });
  const { annotations } = (await bench.get(SCALED_OBJECTS, 'batch')).metadata;
  assert.equal(annotations?.['autoscaling.keda.sh/paused'], 'true', 'theirs stays as they have it');
});

test('a label that isn’t the Deployment’s name, and a field that goes', async (t) => {
  const label = 'app.kubernetes.io/name';
  const pods = { labelSelector: { matchLabels: { [label]: 'mc' } } };
  const spread = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', ...pods };
  const bench = await withTarget(
    t,
    {},
    {
      replicas: 2,
      minReadySeconds: 2,
      selector: { matchLabels: { [label]: 'mc' } },
      template: {
        metadata: { labels: { [label]: 'mc' } },
        spec: {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', ...pods }],
            },
          },
          topologySpreadConstraints: [spread],
          containers: CONTAINERS,
        },
      },
    },
  );
  await reconcile(bench);
  const primary = () =>
    bench.spec<{ minReadySeconds?: number; template: { spec: Fields } }>(DEPLOYMENTS, `${APP}-primary`);
  const made = await primary();
  assert.equal(made.minReadySeconds, 2);
  const text = JSON.stringify([made.template.spec['affinity'], made.template.spec['topologySpreadConstraints']]);
  assert.equal(text.match(/"mc-primary"/g)?.length, 2);
  assert.doesNotMatch(text, /"mc"/);
  await bench.patch(DEPLOYMENTS, APP, {
    spec: { minReadySeconds: null, template: { metadata: { annotations: { v: '2' } } } },
  });
  await promote(bench);
  assert.equal((await primary()).minReadySeconds ?? 0, 0);
});

test('a Service that was there keeps them, with and after the Canary', async (t) => {
  const bench = await withTarget(t, { service: { port: 80, targetPort: 8080 }, revertOnDeletion: true });
  const before = await bench.create(SERVICES, {
    metadata: { name: APP },
    spec: {
      type: 'NodePort',
      selector: { app: APP },
      ports: [
        { name: 'web', port: 80, targetPort: 9090 },
        { name: 'metrics', port: 9797 },
      ],
    },
  });
  const portsOf = (service: KubeObject) =>
    (service['spec'] as { ports: { name: string; port: number; targetPort: number; nodePort: number }[] }).ports;
  await reconcile(bench);
  const taken = await bench.get(SERVICES, APP);
  assert.deepEqual(
    portsOf(taken),
    portsOf(before).map((port) => (port.name === 'web' ? { ...port, targetPort: 8080 } : port)),
  );
  assert.deepEqual((taken['spec'] as Fields)['selector'], { app: `${APP}-primary` });
  const view = await bench.workload.look(bench.canary);
  assert.deepEqual(
    (await driftOf(bench.cache, bench.bench, view)).filter((one) => one.startsWith('Service')),
    [],
  );
  await bench.writesNothing('reconciling', () => reconcile(bench));
  // A port that the team adds is theirs, too; one that the Canary needs is put back.
  await bench.patch(SERVICES, APP, {
    spec: { ports: [...portsOf(taken).slice(1), { name: 'admin', port: 81, protocol: 'TCP' }] },
  });
  await reconcile(bench);
  assert.deepEqual(
    portsOf(await bench.get(SERVICES, APP)).map(({ name, port }) => [name, port]),
    [
      ['metrics', 9797],
      ['admin', 81],
      ['http', 80],
    ],
  );
  await giveServiceBack(bench.cache, bench.bench, bench.fence());
  const back = await bench.get(SERVICES, APP);
  assert.deepEqual((back['spec'] as Fields)['selector'], { app: APP });
  assert.equal(portsOf(back).length, 3);
});
