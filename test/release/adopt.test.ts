import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStatus } from '../../src/crds/status.js';
import type { KubeObject, ResourceType } from '../../src/kubernetes/object.js';
import { CANARIES, CONTROLLER_REVISIONS, DEPLOYMENTS, LEASES, SERVICES } from '../../src/kubernetes/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix.js';
import { serinus, type Ended } from '../cli/process.js';
import { until } from '../support/until.js';
import { FlaggerProcess } from './flagger.js';
import { APP, appCanary, appDeployment, appRoute } from './objects.js';
import { World } from './world.js';

const PRIMARY = `${APP}-primary`;
/** Flagger looks every ten seconds at the soonest, so its releases take a minute or two. */
const FLAGGERS_TIME_MS = 240_000;
const image = (version: number | string) => `lab/http-echo:${version}`;

/** `serinus adopt` in the world's namespace, as a person runs it. */
function adopt(world: World, ...args: string[]): Promise<Ended> {
  return serinus(['adopt', '-n', world.namespace, ...args], world.lab.environment());
}

async function listed(world: World, type: ResourceType): Promise<readonly KubeObject[]> {
  const { items } = await world.kube.list(type, { namespace: world.namespace });
  // Items of a list come without their kind.
  return items.map((item) => ({ ...item, kind: type.kind }));
}

/** What is wanted of everything in the namespace but the Canary, with who made it: what a controller may change. */
async function objects(world: World): Promise<Record<string, unknown>> {
  const all = await Promise.all([DEPLOYMENTS, SERVICES, APISIX_ROUTES].map((type) => listed(world, type)));
  return Object.fromEntries(
    all.flat().map(({ kind, metadata, ...rest }) => {
      const { resourceVersion: _version, managedFields: _managed, ...kept } = metadata;
      return [`${kind}/${metadata.name}`, { ...kept, spec: rest['spec'] }];
    }),
  );
}

/** Everything in the namespace that bears a mark of Serinus. */
async function marks(world: World): Promise<string[]> {
  const types = [CANARIES, DEPLOYMENTS, SERVICES, APISIX_ROUTES, LEASES, CONTROLLER_REVISIONS];
  const all = (await Promise.all(types.map((type) => listed(world, type)))).flat();
  const marked = all.filter(({ metadata }) => {
    const { managedFields: _managed, ...own } = metadata;
    return JSON.stringify(own).includes('serinus');
  });
  return marked.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

async function release(world: World, version: number, timeoutMs: number): Promise<void> {
  await world.setImage(image(version));
  await until(
    async () => (await world.image(PRIMARY)) === image(version) && (await world.canary()).phase === 'Succeeded',
    `version ${version} is released`,
    timeoutMs,
  );
}

async function releasesBegun(world: World): Promise<number> {
  const events = await listed(world, { apiVersion: 'v1', kind: 'Event', plural: 'events' });
  return events
    .filter((event) => String(event['message']).startsWith('New revision detected'))
    .reduce((sum, event) => sum + Number(event['count'] ?? 1), 0);
}

test('Flagger ships a release, Serinus adopts and ships the next, gives back, and Flagger ships the third', async (t) => {
  const world = await World.open(t);
  const flagger = await FlaggerProcess.find(t, world);
  await flagger.start();
  await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app));
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  const traffic = world.traffic(20);
  await release(world, 2, FLAGGERS_TIME_MS);

  const refused = await adopt(world, '--yes');
  assert.equal(refused.code, 1, refused.err);
  assert.match(refused.out, /error: Flagger runs: .*Lease\/flagger-leader-election/);
  await flagger.stop();

  const before = { objects: await objects(world), canary: await world.kube.get(CANARIES, world.namespace, APP) };
  const begun = await releasesBegun(world);
  const planned = await adopt(world);
  assert.equal(planned.code, 0, planned.out + planned.err);
  assert.match(planned.out, new RegExp(`^${APP}\\.${world.namespace} \\(Succeeded\\): will be adopted$`, 'm'));
  assert.deepEqual(await world.kube.get(CANARIES, world.namespace, APP), before.canary, 'a plan writes nothing');
  assert.deepEqual(await marks(world), []);

  const adopted = await adopt(world, '--yes');
  assert.equal(adopted.code, 0, adopted.out + adopted.err);
  assert.deepEqual(await objects(world), before.objects, 'adopting changes no object');
  assert.equal(await world.weight(), 0);
  assert.match((await adopt(world)).out, /Serinus looks after it already/);

  const ours = await world.serinus(['all']);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  assert.equal((await world.canary()).phase, 'Succeeded');
  assert.equal(await releasesBegun(world), begun, 'taking over starts no release');
  await release(world, 3, 120_000);
  await until(async () => (await world.lease())?.['spec'] !== undefined && (await isFree(world)), 'the run is over');
  await ours.stop();

  const back = await adopt(world, '--give-back', '--yes');
  assert.equal(back.code, 0, back.out + back.err);
  assert.deepEqual(await marks(world), [], 'nothing of Serinus is left');
  const third = await releasesBegun(world);
  await flagger.start();
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  const left = await objects(world);
  // Two looks of Flagger: a release that it were to start would have begun.
  await new Promise((resolve) => setTimeout(resolve, 22_000));
  assert.equal((await world.canary()).phase, 'Initialized');
  assert.equal(await releasesBegun(world), third, 'giving back starts no release');
  assert.deepEqual(await objects(world), left);
  await release(world, 4, FLAGGERS_TIME_MS);

  const seen = await traffic.stop();
  assert.deepEqual([...seen.versions.keys()].sort(), ['1', '2', '3', '4']);
  assert.equal(seen.failed, 0, seen.failures.join('\n'));
});

test('a failed release stays failed through both changes of hands', async (t) => {
  const world = await World.open(t);
  const flagger = await FlaggerProcess.find(t, world);
  await flagger.start();
  const canary = appCanary(world.app, { progressDeadlineSeconds: 10 }, { metrics: [] });
  await world.apply(appDeployment(world.app), appRoute(world.app), canary);
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  const traffic = world.traffic(10);
  await world.kube.patch(DEPLOYMENTS, 'merge', world.namespace, APP, { spec: { progressDeadlineSeconds: 10 } });
  await world.setImage('nowhere/nothing:1');
  await world.phase('Failed', FLAGGERS_TIME_MS);
  // In `Failed` Flagger writes the present hash with its next look.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await flagger.stop();
  const before = parseStatus((await world.kube.get(CANARIES, world.namespace, APP))?.['status']);
  const begun = await releasesBegun(world);

  const adopted = await adopt(world, '--yes');
  assert.equal(adopted.code, 0, adopted.out + adopted.err);
  assert.match(adopted.out, /the target still holds what failed/);
  const ours = await world.serinus(['all']);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  assert.equal((await world.canary()).phase, 'Failed');
  assert.equal(await world.replicas(APP), 0);
  await ours.stop();

  const back = await adopt(world, '--give-back', '--yes');
  assert.equal(back.code, 0, back.out + back.err);
  const after = parseStatus((await world.kube.get(CANARIES, world.namespace, APP))?.['status']);
  assert.equal(after.lastAppliedSpec, before.lastAppliedSpec);
  assert.equal(after.lastPromotedSpec, before.lastPromotedSpec);
  await flagger.start();
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  assert.equal((await world.canary()).phase, 'Failed');
  assert.equal(await releasesBegun(world), begun, 'nobody releases the failed version again');
  assert.equal((await traffic.stop()).failed, 0);
});

test('a Serinus that nobody has told of the change starts no release, and ships the next', async (t) => {
  const world = await World.open(t);
  const flagger = await FlaggerProcess.find(t, world);
  await flagger.start();
  await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app));
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  await flagger.stop();
  const traffic = world.traffic(20);
  const before = await objects(world);
  await world.serinus(['all']);
  await until(async () => (await world.lease()) !== undefined && (await isFree(world)), 'Serinus has looked at it');
  assert.equal((await world.canary()).phase, 'Initialized');
  assert.equal(await releasesBegun(world), 0);
  assert.equal(await world.weight(), 0);
  const after = await objects(world);
  for (const name of [`Deployment/${APP}`, `Deployment/${PRIMARY}`, `Service/${APP}`]) {
    assert.deepEqual(after[name], before[name]);
  }
  await release(world, 2, 120_000);
  assert.equal((await traffic.stop()).failed, 0);
});

async function isFree(world: World): Promise<boolean> {
  const { holderIdentity = '' } = ((await world.lease())?.['spec'] ?? {}) as { holderIdentity?: string };
  return holderIdentity === '';
}
