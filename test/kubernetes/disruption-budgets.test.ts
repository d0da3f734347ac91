import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ForeignError } from '../../src/errors.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, type KubeObject } from '../../src/kube/object.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { createWorkloads, workloadFor } from '../../src/workloads/registry.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';
import { CONTAINERS } from './workload-cases.js';

type Spec = Readonly<Record<string, unknown>>;

const PRIMARY = `${APP}-primary`;
const OURS = [{ object: `PodDisruptionBudget/${PRIMARY}` }];

async function open(t: TestContext): Promise<WorkloadBench> {
  const bench = await WorkloadBench.open(t, {});
  await bench.create(DEPLOYMENTS, {
    metadata: { name: APP },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: APP, instance: 'eu' } },
      template: { metadata: { labels: { app: APP, instance: 'eu', tier: 'web' } }, spec: { containers: CONTAINERS } },
    },
  });
  return bench;
}

async function budget(bench: WorkloadBench, name: string, spec: Spec, metadata: Spec = {}): Promise<void> {
  await bench.create(POD_DISRUPTION_BUDGETS, { metadata: { name, ...metadata }, spec });
  await bench.cache.getFresh(POD_DISRUPTION_BUDGETS, bench.namespace, name);
}

/** The users' budget is there before the Canary. */
async function built(t: TestContext, spec: Spec = { minAvailable: 2, selector: OF_TARGET }): Promise<WorkloadBench> {
  const bench = await open(t);
  await budget(bench, 'shop-pdb', spec, { labels: { team: 'red', 'kustomize.toolkit.fluxcd.io/name': 'shop' } });
  await bench.workload.build(bench.canary, bench.fence());
  return bench;
}

const OF_TARGET = { matchLabels: { app: APP } };

async function primarys(bench: WorkloadBench): Promise<KubeObject | undefined> {
  return bench.client.get(POD_DISRUPTION_BUDGETS, bench.namespace, PRIMARY);
}

test('the primary has a budget of its own from its first pod on, which says what the users’ says', async (t) => {
  const bench = await built(t);
  const made = await primarys(bench);
  assert.deepEqual(made?.['spec'], {
    minAvailable: 2,
    selector: { matchLabels: { app: PRIMARY, instance: 'eu' } },
  });
  assert.deepEqual(made.metadata.ownerReferences, [bench.canary.owner], 'it goes with the Canary');
  assert.deepEqual(made.metadata.labels, { team: 'red' });
  assert.deepEqual(await bench.workload.drift(bench.canary), []);
  await bench.writesNothing('reconciling', () => bench.workload.reconcile(bench.canary, bench.fence()));
});

test('it selects what the primary selects, and none of the target’s pods', async (t) => {
  const bench = await built(t);
  const { selector } = await bench.spec<{ selector: object }>(DEPLOYMENTS, PRIMARY);
  assert.deepEqual((await bench.spec<Spec>(POD_DISRUPTION_BUDGETS, PRIMARY))['selector'], selector);
});

test('it follows the users’ at once, comes back when it is deleted, and is put back when it is changed', async (t) => {
  const bench = await built(t);
  const { workload, canary } = bench;
  const mended = async (): Promise<Spec> => {
    for (const stray of await workload.drift(canary)) await workload.mend(canary, stray, '', bench.fence());
    assert.deepEqual(await workload.drift(canary), []);
    return bench.spec<Spec>(POD_DISRUPTION_BUDGETS, PRIMARY);
  };
  await bench.patch(POD_DISRUPTION_BUDGETS, 'shop-pdb', { spec: { minAvailable: null, maxUnavailable: '25%' } });
  assert.deepEqual(
    (await workload.drift(canary)).map(({ object, field }) => [object, field]),
    [
      [OURS[0]?.object, 'spec.minAvailable'],
      [OURS[0]?.object, 'spec.maxUnavailable'],
    ],
  );
  assert.equal((await mended())['maxUnavailable'], '25%');
  await bench.patch(POD_DISRUPTION_BUDGETS, PRIMARY, { spec: { maxUnavailable: '100%' } });
  assert.equal((await mended())['maxUnavailable'], '25%');
  await bench.remove(POD_DISRUPTION_BUDGETS, PRIMARY);
  assert.deepEqual(await workload.drift(canary), OURS);
  assert.equal((await mended())['maxUnavailable'], '25%');
});

test('without one of the users’ there is none, and it goes when theirs goes', async (t) => {
  const bench = await built(t);
  const { workload, canary } = bench;
  await bench.remove(POD_DISRUPTION_BUDGETS, 'shop-pdb');
  assert.deepEqual(await workload.drift(canary), OURS);
  await workload.reconcile(canary, bench.fence());
  assert.equal(await primarys(bench), undefined);
  assert.deepEqual(await workload.drift(canary), []);
});

const COVERED: Readonly<Record<string, Spec>> = {
  'all pods of the namespace': {},
  'a label that both sides have': { matchLabels: { tier: 'web' } },
  'both sides by name': { matchExpressions: [{ key: 'app', operator: 'In', values: [APP, PRIMARY] }] },
  'the primary’s alone': { matchLabels: { app: PRIMARY } },
};

for (const [what, selector] of Object.entries(COVERED)) {
  test(`a budget of the users’ for ${what} is enough: with two Kubernetes would evict nothing`, async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    await budget(bench, 'wide', { minAvailable: 1, selector });
    assert.deepEqual(await workload.drift(canary), OURS);
    for (const stray of await workload.drift(canary)) await workload.mend(canary, stray, '', bench.fence());
    assert.equal(await primarys(bench), undefined);
    assert.deepEqual(await workload.drift(canary), []);
  });
}

test('one that is there under its name is left alone, where it covers the primary', async (t) => {
  const bench = await open(t);
  await budget(bench, 'shop-pdb', { minAvailable: 2, selector: OF_TARGET });
  await budget(bench, PRIMARY, { minAvailable: 1, selector: { matchLabels: { app: PRIMARY } } });
  await bench.workload.refuseForeign(bench.canary);
  await bench.workload.build(bench.canary, bench.fence());
  assert.equal((await bench.spec<Spec>(POD_DISRUPTION_BUDGETS, PRIMARY))['minAvailable'], 1);
  assert.deepEqual(await bench.workload.drift(bench.canary), []);
});

test('one that bears its name and covers something else is refused by name, before anything moves', async (t) => {
  const bench = await open(t);
  await budget(bench, 'shop-pdb', { minAvailable: 2, selector: OF_TARGET });
  await budget(bench, PRIMARY, { minAvailable: 1, selector: { matchLabels: { app: 'something-else' } } });
  const theirs = await primarys(bench);
  const refused = (error: unknown): boolean =>
    error instanceof ForeignError &&
    error.message.startsWith(`PodDisruptionBudget ${PRIMARY}.${bench.namespace} has not`);
  await assert.rejects(bench.workload.refuseForeign(bench.canary), refused);
  await assert.rejects(bench.workload.build(bench.canary, bench.fence()), refused);
  assert.deepEqual(await primarys(bench), theirs);
  // Given to the Canary, it is the Canary's.
  await bench.patch(POD_DISRUPTION_BUDGETS, PRIMARY, { metadata: { ownerReferences: [bench.canary.owner] } });
  await bench.workload.refuseForeign(bench.canary);
  await bench.workload.build(bench.canary, bench.fence());
  assert.equal((await bench.spec<Spec>(POD_DISRUPTION_BUDGETS, PRIMARY))['minAvailable'], 2);
});

test('what concerns a Canary includes both, and no budget of others', async (t) => {
  const bench = await built(t);
  await budget(bench, 'others', { minAvailable: 1, selector: { matchLabels: { app: 'others' } } });
  const names = (await bench.workload.concerns(bench.canary)).filter(({ type }) => type === POD_DISRUPTION_BUDGETS);
  assert.deepEqual(names.map(({ name }) => name).sort(), ['shop-pdb', PRIMARY]);
});

test('with rights of an earlier version, which let nobody see budgets, everything else goes on', async (t) => {
  const bench = await open(t);
  const said: string[] = [];
  let asked = 0;
  const list = bench.client.list.bind(bench.client) as (...args: unknown[]) => unknown;
  const client = new Proxy(bench.client, {
    get: (target, name): unknown =>
      name === 'list'
        ? (type: { readonly kind: string }, ...rest: unknown[]): unknown => {
            if (type.kind !== POD_DISRUPTION_BUDGETS.kind) return list(type, ...rest);
            asked += 1;
            return Promise.reject(new KubeError(403, 'Forbidden', 'poddisruptionbudgets is forbidden'));
          }
        : Reflect.get(target, name),
  });
  const cache = new ClusterCache(client, { namespace: bench.namespace, log: (message) => said.push(message) });
  t.after(() => cache.stop());
  const workload = workloadFor(createWorkloads(cache, DEFAULT_SETTINGS), 'Deployment');
  await workload.build(bench.canary, bench.fence());
  assert.deepEqual(await workload.drift(bench.canary), []);
  await workload.concerns(bench.canary);
  assert.equal(asked, 1);
  assert.deepEqual(said, ['poddisruptionbudgets are left out: poddisruptionbudgets is forbidden']);
});
