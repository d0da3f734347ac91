import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../src/errors.js';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, SCALED_OBJECTS, type ResourceType } from '../../src/kube/object.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';
import { CONTAINERS } from './workload-cases.js';

const PAUSED = 'autoscaling.keda.sh/paused-replicas';

interface AutoscalerCase {
  readonly type: ResourceType;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Of the spec: the fewest and the most pods. */
  readonly min: string;
  readonly max: string;
  readonly missing: string;
}

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: APP };

const CASES: readonly AutoscalerCase[] = [
  {
    type: HORIZONTAL_POD_AUTOSCALERS,
    spec: {
      scaleTargetRef,
      minReplicas: 2,
      maxReplicas: 4,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 90 } } },
        {
          type: 'Pods',
          pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '1k' } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    },
    min: 'minReplicas',
    max: 'maxReplicas',
    missing: 'horizontalpodautoscalers.autoscaling',
  },
  {
    type: SCALED_OBJECTS,
    spec: {
      scaleTargetRef,
      minReplicaCount: 2,
      maxReplicaCount: 4,
      cooldownPeriod: 30,
      advanced: { horizontalPodAutoscalerConfig: { name: APP } },
      triggers: [
        { type: 'prometheus', name: 'load', metadata: { query: `sum(requests{app="${APP}-canary"})`, threshold: '5' } },
      ],
    },
    min: 'minReplicaCount',
    max: 'maxReplicaCount',
    missing: 'scaledobjects.keda.sh',
  },
];

for (const subject of CASES) describe(subject.type.kind, () => contract(subject));

function contract({ type, spec, min, max, missing }: AutoscalerCase): void {
  type Spec = Readonly<Record<string, unknown>>;

  const open = async (t: TestContext, ref: Spec = {}, withAutoscaler = true): Promise<WorkloadBench> => {
    const autoscalerRef = { apiVersion: type.apiVersion, kind: type.kind, name: 'scaler', ...ref };
    const bench = await WorkloadBench.open(t, { autoscalerRef });
    await bench.create(DEPLOYMENTS, {
      metadata: { name: APP },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: APP } },
        template: { metadata: { labels: { app: APP } }, spec: { containers: CONTAINERS } },
      },
    });
    if (withAutoscaler) await bench.create(type, { metadata: { name: 'scaler', labels: { team: 'red' } }, spec });
    return bench;
  };
  const built = async (t: TestContext, ref: Spec = {}): Promise<WorkloadBench> => {
    const bench = await open(t, ref);
    await bench.workload.build(bench.canary, bench.fence());
    return bench;
  };
  const change = async (bench: WorkloadBench): Promise<void> => {
    const template = { metadata: { annotations: { version: '2' } } };
    await bench.patch(DEPLOYMENTS, APP, { spec: { template } });
  };
  const promote = async (bench: WorkloadBench): Promise<void> => {
    await change(bench);
    const { revision } = await bench.workload.look(bench.canary);
    assert.ok(await bench.workload.promote(bench.canary, revision, bench.fence()));
  };

  test('the target’s is missing: it is named, and nothing is scaled by a guess', async (t) => {
    const bench = await open(t, {}, false);
    await assert.rejects(bench.workload.build(bench.canary, bench.fence()), (error) => {
      assert.ok(error instanceof UserError);
      const { namespace } = bench;
      assert.equal(error.message, `${type.kind} scaler.${namespace} get query error: ${missing} "scaler" not found`);
      return true;
    });
    // Going down must not fail for it, and coming up gives one pod.
    await bench.workload.scaleDown(bench.canary, bench.fence());
    await bench.workload.scaleUp(bench.canary, bench.fence());
    assert.equal(await bench.workload.size(bench.canary, 'canary'), 1);
  });

  test('the primary’s is made with the primary, comes back when it is deleted, and is left alone otherwise', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    const primary = await bench.get(type, 'scaler-primary');
    assert.deepEqual(primary.metadata.ownerReferences, [canary.owner]);
    assert.equal(primary.metadata.labels?.['team'], 'red');
    const { scaleTargetRef: of } = primary['spec'] as { scaleTargetRef: object };
    assert.deepEqual(of, { ...scaleTargetRef, name: `${APP}-primary` });
    await bench.patch(type, 'scaler', { spec: { [max]: 9 } });
    assert.deepEqual(await workload.drift(canary), []);
    await bench.writesNothing('reconciling', () => workload.reconcile(canary, bench.fence()));
    assert.equal((await bench.spec<Spec>(type, 'scaler-primary'))[max], 4, 'changes wait for a release');
    await bench.remove(type, 'scaler-primary');
    assert.deepEqual(await workload.drift(canary), [{ object: `${type.kind}/scaler-primary` }]);
    await workload.reconcile(canary, bench.fence());
    assert.deepEqual(await workload.drift(canary), []);
  });

  test('a promotion takes the target’s changes over, and leaves the number of pods to the autoscaler', async (t) => {
    const bench = await built(t);
    await bench.patch(type, 'scaler', { spec: { [max]: 9 }, metadata: { labels: { team: 'blue' } } });
    await bench.patch(DEPLOYMENTS, APP, { spec: { replicas: 1 } });
    await promote(bench);
    const primary = await bench.get(type, 'scaler-primary');
    assert.equal((primary['spec'] as Spec)[max], 9);
    assert.equal(primary.metadata.labels?.['team'], 'blue');
    assert.equal((await bench.spec<Spec>(DEPLOYMENTS, `${APP}-primary`))['replicas'], 3);
  });

  test('the Canary’s own bounds win, in promotions too', async (t) => {
    const bench = await built(t, { primaryScalerReplicas: { minReplicas: 3, maxReplicas: 6 } });
    const bounds = async (): Promise<unknown[]> => {
      const of = await bench.spec<Spec>(type, 'scaler-primary');
      return [of[min], of[max]];
    };
    assert.deepEqual(await bounds(), [3, 6]);
    await bench.patch(type, 'scaler', { spec: { [max]: 20 } });
    await promote(bench);
    assert.deepEqual(await bounds(), [3, 6]);
  });

  test('bounds of the Canary’s own apply at once, and what it no longer says is the target’s again', async (t) => {
    const bench = await built(t);
    const { workload } = bench;
    const asking = async (primaryScalerReplicas: Spec): Promise<unknown[]> => {
      const autoscalerRef = { apiVersion: type.apiVersion, kind: type.kind, name: 'scaler', primaryScalerReplicas };
      const canary = bench.canaryWith({ autoscalerRef });
      assert.deepEqual(await workload.drift(canary), [{ object: `${type.kind}/scaler-primary` }]);
      await workload.reconcile(canary, bench.fence());
      assert.deepEqual(await workload.drift(canary), []);
      await bench.writesNothing('reconciling', () => workload.reconcile(canary, bench.fence()));
      const spec = await bench.spec<Spec>(type, 'scaler-primary');
      return [spec[min], spec[max]];
    };
    assert.deepEqual(await asking({ minReplicas: 3, maxReplicas: 9 }), [3, 9]);
    assert.deepEqual(await asking({ maxReplicas: 8 }), [2, 8]);
    assert.deepEqual(await asking({}), [2, 4]);
    await bench.patch(type, 'scaler', { spec: { [max]: 20 } });
    assert.deepEqual(await asking({ minReplicas: 3 }), [3, 4], 'the target’s own changes wait for a release');
  });

  test('the target’s changes reach the primary’s at once where the Canary asks for it', async (t) => {
    const bench = await built(t);
    const { workload } = bench;
    const canary = bench.canaryWith({}, { 'serinus.dev/autoscaler-changes': 'at-once' });
    assert.deepEqual(await workload.drift(canary), []);
    await bench.patch(type, 'scaler', { spec: { [max]: 20 } });
    assert.deepEqual(await workload.drift(bench.canary), []);
    assert.deepEqual(await workload.drift(canary), [{ object: `${type.kind}/scaler-primary` }]);
    await workload.reconcile(canary, bench.fence());
    assert.equal((await bench.spec<Spec>(type, 'scaler-primary'))[max], 20);
    assert.deepEqual(await workload.drift(canary), []);
    await bench.writesNothing('reconciling', () => workload.reconcile(canary, bench.fence()));
  });

  test('one that the Canary refers to no more goes with the reference, and nobody else’s does', async (t) => {
    const bench = await built(t);
    const { workload } = bench;
    await bench.create(type, { metadata: { name: 'other-primary' }, spec });
    const without = bench.canaryWith({ autoscalerRef: undefined });
    assert.deepEqual(await workload.drift(without), [{ object: `${type.kind}/scaler-primary` }]);
    await workload.reconcile(without, bench.fence());
    assert.equal(await bench.client.get(type, bench.namespace, 'scaler-primary'), undefined);
    await bench.get(type, 'other-primary');
    await bench.get(type, 'scaler');
    assert.deepEqual(await workload.drift(without), []);
    await bench.writesNothing('reconciling', () => workload.reconcile(without, bench.fence()));
  });

  test('a target that comes back from zero gets as many pods as its autoscaler asks for at least', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    await workload.scaleDown(canary, bench.fence());
    assert.equal(await workload.size(canary, 'canary'), 0);
    await workload.scaleUp(canary, bench.fence());
    assert.equal(await workload.size(canary, 'canary'), 2);
    await bench.patch(DEPLOYMENTS, APP, { spec: { replicas: 0 } });
    await bench.patch(type, 'scaler', { spec: { [min]: null } });
    await workload.scaleUp(canary, bench.fence());
    assert.equal(await workload.size(canary, 'canary'), 1);
  });

  test('what concerns a Canary includes both', async (t) => {
    const bench = await built(t);
    const names = (await bench.workload.concerns(bench.canary)).filter((object) => object.type.kind === type.kind);
    assert.deepEqual(
      names.map(({ name }) => name),
      ['scaler', 'scaler-primary'],
    );
  });
}

describe('a ScaledObject', () => {
  const query = async (bench: WorkloadBench): Promise<string | undefined> => {
    const { triggers } = await bench.spec<{ triggers: readonly { metadata: Readonly<Record<string, string>> }[] }>(
      SCALED_OBJECTS,
      'scaler-primary',
    );
    return triggers[0]?.metadata['query'];
  };
  const open = async (t: TestContext, ref: Readonly<Record<string, unknown>> = {}): Promise<WorkloadBench> => {
    const autoscalerRef = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'scaler', ...ref };
    const bench = await WorkloadBench.open(t, { autoscalerRef });
    const template = { metadata: { labels: { app: APP } }, spec: { containers: CONTAINERS } };
    await bench.create(DEPLOYMENTS, {
      metadata: { name: APP },
      spec: { replicas: 2, selector: { matchLabels: { app: APP } }, template },
    });
    const spec = CASES.find((each) => each.type === SCALED_OBJECTS)?.spec;
    await bench.create(SCALED_OBJECTS, { metadata: { name: 'scaler', annotations: { note: 'mine' } }, spec });
    await bench.workload.build(bench.canary, bench.fence());
    return bench;
  };
  const annotations = async (bench: WorkloadBench, name: string) =>
    (await bench.get(SCALED_OBJECTS, name)).metadata.annotations ?? {};

  test('is paused while its target is at zero, and resumed before the target grows; the primary’s never is', async (t) => {
    const bench = await open(t);
    const { workload, canary } = bench;
    await workload.scaleDown(canary, bench.fence());
    assert.deepEqual(await annotations(bench, 'scaler'), { note: 'mine', [PAUSED]: '0' });
    await bench.writesNothing('pausing again', () => workload.scaleDown(canary, bench.fence()));
    // Somebody deletes the primary's while the target's is paused.
    await bench.remove(SCALED_OBJECTS, 'scaler-primary');
    await workload.reconcile(canary, bench.fence());
    assert.deepEqual(await annotations(bench, 'scaler-primary'), { note: 'mine' });
    await workload.scaleUp(canary, bench.fence());
    assert.deepEqual(await annotations(bench, 'scaler'), { note: 'mine' });
    await workload.scaleDown(canary, bench.fence());
    await workload.scaleLikePrimary(canary, bench.fence());
    assert.deepEqual(await annotations(bench, 'scaler'), { note: 'mine' });
    assert.equal(await workload.size(canary, 'canary'), 2);
  });

  test('which takes the place of a HorizontalPodAutoscaler leaves none behind, and the other way round', async (t) => {
    const bench = await open(t);
    const { workload } = bench;
    const hpa = CASES.find((each) => each.type === HORIZONTAL_POD_AUTOSCALERS);
    await bench.create(HORIZONTAL_POD_AUTOSCALERS, { metadata: { name: 'scaler' }, spec: hpa?.spec });
    const ref = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'scaler' };
    const byHpa = bench.canaryWith({ autoscalerRef: ref });
    await workload.scaleDown(bench.canary, bench.fence());
    await workload.reconcile(byHpa, bench.fence());
    await bench.get(HORIZONTAL_POD_AUTOSCALERS, 'scaler-primary');
    assert.equal(await bench.client.get(SCALED_OBJECTS, bench.namespace, 'scaler-primary'), undefined);
    assert.deepEqual(await annotations(bench, 'scaler'), { note: 'mine' }, 'nobody would resume it any more');
    await workload.reconcile(bench.canary, bench.fence());
    await bench.get(SCALED_OBJECTS, 'scaler-primary');
    assert.equal(await bench.client.get(HORIZONTAL_POD_AUTOSCALERS, bench.namespace, 'scaler-primary'), undefined);
  });

  test('of the primary asks what the Canary says, also when that is all that changes', async (t) => {
    const bench = await open(t, { primaryScalerQueries: { load: 'vector(1)' } });
    const ref = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'scaler' };
    const canary = bench.canaryWith({ autoscalerRef: { ...ref, primaryScalerQueries: { load: 'vector(2)' } } });
    assert.deepEqual(await bench.workload.drift(canary), [{ object: 'ScaledObject/scaler-primary' }]);
    await bench.workload.reconcile(canary, bench.fence());
    assert.equal(await query(bench), 'vector(2)');
  });

  test('of the primary asks for the primary', async (t) => {
    const bench = await open(t);
    assert.equal(await query(bench), `sum(requests{app="${APP}-primary"})`);
    const { advanced } = await bench.spec<{ advanced: object }>(SCALED_OBJECTS, 'scaler-primary');
    assert.deepEqual(advanced, { horizontalPodAutoscalerConfig: { name: `${APP}-primary` } });
  });

  test('of the primary asks what the Canary says', async (t) => {
    assert.equal(await query(await open(t, { primaryScalerQueries: { load: 'vector(1)' } })), 'vector(1)');
  });
});
