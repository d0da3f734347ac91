import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { carryOut, makePlan } from '../../src/adopt/adopt.js';
import { errorsIn, type Direction } from '../../src/adopt/plan.js';
import { readObservation } from '../../src/canary/observation.js';
import type { Dependencies } from '../../src/dependencies.js';
import { parseStatus } from '../../src/crds/status.js';
import { needOf } from '../../src/domain/change.js';
import type { KubeObject } from '../../src/kube/object.js';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  LEASES,
  SECRETS,
  SERVICES,
  type OwnerReference,
  type ResourceType,
} from '../../src/kube/object.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { wireReading } from '../../src/processes/wiring.js';
import { configMap, deployment, openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';

const APP = 'cart';
const FLAGGERS = { lastAppliedSpec: '69f7b4966d', lastPromotedSpec: '6c9dbdd48d' };

/** A namespace as Flagger leaves it after a release that failed: the target holds version 2, the primary version 1. */
async function leftByFlagger(t: TestContext, spec: Record<string, unknown> = {}): Promise<TestCluster> {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const canary = await client.create(CANARIES, {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: APP, namespace },
    spec: {
      provider: 'kubernetes',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
      service: { port: 80, targetPort: 8080 },
      analysis: { interval: '10s', threshold: 2, iterations: 2 },
      ...spec,
    },
  });
  const owner = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: APP, uid: canary.metadata.uid ?? '' };
  const owned = { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] };
  await client.create(DEPLOYMENTS, deployment(namespace, APP, 'lab/http-echo:2', { replicas: 0 }));
  const primary = deployment(namespace, `${APP}-primary`) as KubeObject & { spec: { template: object } };
  await client.create(DEPLOYMENTS, { ...primary, metadata: { ...primary.metadata, ...owned } });
  for (const [name, app] of [
    [APP, `${APP}-primary`],
    [`${APP}-primary`, `${APP}-primary`],
    [`${APP}-canary`, APP],
  ] as const) {
    await client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: { app: name }, ...owned },
      spec: { selector: { app }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
  }
  const status = {
    phase: 'Failed',
    canaryWeight: 0,
    failedChecks: 0,
    iterations: 0,
    ...FLAGGERS,
    conditions: [
      {
        type: 'Promoted',
        status: 'False',
        reason: 'Failed',
        message: 'Canary analysis failed, Deployment scaled to zero.',
        lastUpdateTime: '2026-01-01T00:00:00Z',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  };
  await client.replace(CANARIES, { ...canary, status }, 'status');
  return cluster;
}

function readingOf(t: TestContext, { client, namespace }: TestCluster) {
  const reading = wireReading(client, { ...DEFAULT_SETTINGS, namespace }, () => undefined);
  t.after(() => reading.cache.stop());
  return reading;
}

async function changeHands(t: TestContext, cluster: TestCluster, direction: Direction) {
  const reading = readingOf(t, cluster);
  const plan = await makePlan(reading, direction, [], Date.now());
  assert.deepEqual(errorsIn(plan), []);
  await carryOut(reading, plan, Date.now(), () => undefined);
  return plan;
}

async function statusOf({ client, namespace }: TestCluster) {
  return parseStatus((await client.get(CANARIES, namespace, APP))?.['status']);
}

async function made({ client, namespace }: TestCluster): Promise<unknown> {
  const lists = await Promise.all([DEPLOYMENTS, SERVICES].map((type) => client.list(type, { namespace })));
  return lists.flatMap(({ items }) =>
    items.map(({ metadata, ...rest }) => [metadata.name, metadata.annotations, rest['spec']]),
  );
}

test('after its adoption a Canary that has failed needs no run, and nothing but its status has changed', async (t) => {
  const cluster = await leftByFlagger(t);
  const before = await made(cluster);
  await changeHands(t, cluster, 'adopt');
  assert.deepEqual(await made(cluster), before);
  const status = await statusOf(cluster);
  assert.equal(status.phase, 'Failed');
  assert.match(status.lastAppliedSpec, /^s1/);
  assert.equal(status.lastPromotedSpec, FLAGGERS.lastPromotedSpec);
  assert.equal(status.conditions[0]?.lastTransitionTime, '2026-01-01T00:00:00Z');
  const lease = await cluster.client.get(LEASES, cluster.namespace, `serinus-${APP}`);
  assert.equal((lease?.['spec'] as { holderIdentity?: string }).holderIdentity ?? '', '');
  const seen = await readObservation({ ...readingOf(t, cluster), now: Date.now } as Dependencies, {
    cluster: '',
    namespace: cluster.namespace,
    name: APP,
  });
  assert.ok(seen);
  assert.equal(seen.observedGeneration, 1);
  assert.equal(needOf({ ...seen, drift: [] }), undefined);
});

test('what was given back half way is given back by the same command', async (t) => {
  const cluster = await leftByFlagger(t);
  await changeHands(t, cluster, 'adopt');
  const { client, namespace } = cluster;
  // As an interrupted command leaves it: the status is Flagger's again, the Lease has run out.
  const canary = await client.get(CANARIES, namespace, APP);
  assert.ok(canary);
  await client.replace(CANARIES, { ...canary, status: { ...(canary['status'] as object), ...FLAGGERS } }, 'status');
  await client.patch(LEASES, 'merge', namespace, `serinus-${APP}`, {
    spec: { holderIdentity: 'serinus adopt --give-back', renewTime: '2026-01-01T00:00:00.000000Z' },
  });
  await changeHands(t, cluster, 'give-back');
  assert.equal(await client.get(LEASES, namespace, `serinus-${APP}`), undefined);
  const status = await statusOf(cluster);
  assert.equal(status.phase, 'Failed');
  assert.equal(status.lastAppliedSpec, FLAGGERS.lastAppliedSpec);
});

test('marks of Serinus are taken off generated objects, and nothing else', async (t) => {
  const cluster = await leftByFlagger(t);
  const before = await made(cluster);
  await changeHands(t, cluster, 'adopt');
  const { client, namespace } = cluster;
  const annotations = { 'serinus.dev/fence': '4.2', 'serinus.dev/promoted-from': 'cart-primary-s1' };
  await client.patch(DEPLOYMENTS, 'merge', namespace, `${APP}-primary`, { metadata: { annotations } });
  await changeHands(t, cluster, 'give-back');
  assert.deepEqual(JSON.parse(JSON.stringify(await made(cluster))), JSON.parse(JSON.stringify(before)));
  const again = await makePlan(readingOf(t, cluster), 'give-back', [], Date.now());
  assert.deepEqual(
    again.canaries.map(({ verdict }) => verdict),
    ['nothing'],
  );
});

/** What undo and archive leave beside a Canary: for an undo, for another Canary, for somebody else. */
async function leaveTraces({ client, namespace }: TestCluster): Promise<void> {
  const ownerOf = (object: KubeObject | undefined, controller: boolean): OwnerReference => {
    const { name = '', uid = '' } = object?.metadata ?? {};
    return { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name, uid, controller };
  };
  const canary = await client.get(CANARIES, namespace, APP);
  const spec = canary?.['spec'] as object;
  const { apiVersion, kind } = CANARIES;
  const basket = await client.create(CANARIES, { apiVersion, kind, metadata: { name: 'basket', namespace }, spec });
  const annotations = {
    'serinus.dev/fence': '4.2',
    'serinus.dev/fence-of': 'a-uid',
    'serinus.dev/promoted-from': 'cart-primary-s1',
    'serinus.dev/promoted-from-revision': 's1',
    'serinus.dev/previous': 'cart-primary-s0',
    'serinus.dev/previous-revision': 's0',
  };
  await client.patch(DEPLOYMENTS, 'merge', namespace, `${APP}-primary`, { metadata: { annotations } });
  const put = async (object: KubeObject, ownerReferences: readonly OwnerReference[]) => {
    const type = { ConfigMap: CONFIG_MAPS, Secret: SECRETS, Deployment: DEPLOYMENTS }[object.kind];
    assert.ok(type);
    await client.create(type, { ...object, metadata: { ...object.metadata, ownerReferences } });
  };
  await put(deployment(namespace, `${APP}-previous`), [ownerOf(canary, true)]);
  await put(configMap(namespace, 'own-primary-previous', {}), [ownerOf(canary, true)]);
  await put(configMap(namespace, 'foreign-primary-previous', {}), []);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shared-primary-previous', namespace } };
  await put(secret, [ownerOf(canary, true), ownerOf(basket, false)]);
  for (const [name, labels, kept] of [
    ['cart-primary-s0', { 'serinus.dev/canary': APP }, {}],
    ['release-cart', { 'serinus.dev/release': 'a1' }, { 'serinus.dev/release-of': APP }],
    ['release-basket', { 'serinus.dev/release': 'b1' }, { 'serinus.dev/release-of': 'basket' }],
  ] as const) {
    await client.create(CONTROLLER_REVISIONS, {
      apiVersion: CONTROLLER_REVISIONS.apiVersion,
      kind: CONTROLLER_REVISIONS.kind,
      // What is kept of a release has no owner: it outlives the Canary.
      metadata: {
        name,
        namespace,
        labels,
        annotations: kept,
        ...('serinus.dev/canary' in labels ? { ownerReferences: [ownerOf(canary, true)] } : {}),
      },
      revision: 1,
      data: {},
    });
  }
}

test('what was kept for an undo goes as well, but not while its warm pods serve', async (t) => {
  const cluster = await leftByFlagger(t);
  const { client, namespace } = cluster;
  const before = await made(cluster);
  await changeHands(t, cluster, 'adopt');
  await leaveTraces(cluster);
  const planned = () => makePlan(readingOf(t, cluster), 'give-back', [APP], Date.now());
  const plan = await planned();
  const said = plan.canaries.flatMap(({ findings }) => findings.map(({ message }) => message)).join('\n');
  assert.match(said, /annotations are taken off Deployment\/cart-primary$/m);
  assert.match(said, /Deployment\/cart-previous, ControllerRevision\/cart-primary-s0, ConfigMap\/own-primary-previous/);
  assert.match(said, /deleted: ControllerRevision\/release-cart$/m);

  const pointTo = (app: string) =>
    client.patch(SERVICES, 'merge', namespace, `${APP}-canary`, { spec: { selector: { app } } });
  await pointTo(`${APP}-previous`);
  assert.match(errorsIn(await planned())[0]?.message ?? '', /an undo is under way/);
  await assert.rejects(
    carryOut(readingOf(t, cluster), plan, Date.now(), () => undefined),
    /an undo has begun/,
  );
  assert.ok(await client.get(DEPLOYMENTS, namespace, `${APP}-previous`));
  await pointTo(APP);

  await carryOut(readingOf(t, cluster), plan, Date.now(), () => undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(await made(cluster))), JSON.parse(JSON.stringify(before)));
  const names = async (type: ResourceType) =>
    (await client.list(type, { namespace })).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(await names(CONTROLLER_REVISIONS), ['release-basket']);
  const configs = [...(await names(CONFIG_MAPS)), ...(await names(SECRETS))];
  assert.deepEqual(
    configs.filter((name) => name.endsWith('-previous')),
    ['foreign-primary-previous', 'shared-primary-previous'],
  );
  const shared = await client.get(SECRETS, namespace, 'shared-primary-previous');
  assert.deepEqual(
    shared?.metadata.ownerReferences?.map(({ name }) => name),
    ['basket'],
  );
});

test('a provider that Serinus does not carry out, and a name that is none, are in the way', async (t) => {
  const cluster = await leftByFlagger(t, { provider: 'linkerd' });
  const reading = readingOf(t, cluster);
  const plan = await makePlan(reading, 'adopt', [], Date.now());
  assert.deepEqual(
    plan.canaries.map(({ verdict }) => verdict),
    ['blocked'],
  );
  assert.match(errorsIn(plan)[0]?.message ?? '', /spec\.provider: .*linkerd/);
  const [error] = errorsIn(await makePlan(reading, 'adopt', ['basket'], Date.now()));
  assert.match(error?.message ?? '', /no Canary basket/);
});
