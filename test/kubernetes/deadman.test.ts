import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Logger } from '../../src/logging.js';
import { leaseOwner } from '../../src/canary/lease-guard.js';
import { parseStatus } from '../../src/crds/status.js';
import { leaseName } from '../../src/kubernetes/lease-object.js';
import { CANARIES, DEPLOYMENTS, EVENTS, LEASES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { DeadMansSwitch } from '../../src/watch/deadman.js';
import type { TemporalSigns } from '../../src/watch/temporal-signs.js';
import { wire } from '../../src/processes/wiring.js';
import { workflowIdOf } from '../../src/workflows/contract.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { until } from '../harness/until.js';
import { connectTemporal } from '../harness/temporal/workflow-bench.js';
import { openCluster } from '../harness/kubernetes/cluster.js';
import { Refusing } from './repair/refusing.js';

// A release whose run is silent, on a real API server; what Temporal says, and the time, are the test's.

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const TERM_S = 20;

class SilentRelease {
  time = 0;
  polls = 0;
  asked = 0;
  readonly signs = {
    isConnected: () => true,
    ask: () => Promise.resolve(`worker ${(this.polls += 1)}`),
    run: () => Promise.resolve({ open: true, attempt: 1 }),
  };

  private constructor(
    readonly deps: ReturnType<typeof wire>,
    readonly namespace: string,
    private readonly deadman: { switch?: DeadMansSwitch },
  ) {}

  static async open(
    t: TestContext,
    signs: Partial<TemporalSigns> = {},
    { failedChecks = 0, names = [APP] }: { failedChecks?: number; names?: readonly string[] } = {},
  ): Promise<SilentRelease> {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const { client, namespace } = cluster;
    const { connection, client: temporal } = await connectTemporal();
    t.after(() => connection.close());
    const settings = { ...DEFAULT_SETTINGS, namespace, meshProvider: 'apisix' as const };
    const deps = wire(client, temporal, settings, SILENT);
    t.after(() => deps.cache.stop());
    const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
    await client.create(DEPLOYMENTS, appDeployment(app));
    await client.create(APISIX_ROUTES, appRoute(app));
    for (const name of names) {
      const object = appCanary(app, {}, { metrics: [] });
      const made = await client.create(CANARIES, { ...object, metadata: { ...object.metadata, name } });
      const status = { phase: 'Progressing', canaryWeight: 25, failedChecks, iterations: 0 };
      await client.replace(CANARIES, { ...made, status }, 'status');
      const holder = `${workflowIdOf({ cluster: settings.clusterName, namespace, name })}/run`;
      await deps.leases.take(leaseOwner({ namespace, name }, made), holder, { kind: 'seconds', seconds: TERM_S });
    }
    await until(async () => {
      const { status } = (await client.get(DEPLOYMENTS, namespace, APP)) as { status?: { availableReplicas?: number } };
      return status?.availableReplicas === 1;
    }, 'the target is ready');
    await deps.cache.getFresh(DEPLOYMENTS, namespace, APP);
    for (const name of names) await deps.cache.getFresh(CANARIES, namespace, name);
    const deadman: { switch?: DeadMansSwitch } = {};
    const release = new SilentRelease(deps, namespace, deadman);
    deadman.switch = new DeadMansSwitch(deps, { ...release.signs, ...signs }, 'test', { now: () => release.time });
    t.after(() => deadman.switch?.stop());
    await release.pass(0);
    return release;
  }

  /** Looks once a second. */
  async pass(seconds: number): Promise<void> {
    for (let i = 0; i <= seconds; i += 1) {
      await this.deadman.switch?.check();
      // What it decides it decides beside.
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (i < seconds) this.time += 1_000;
    }
  }

  async phase(name = APP): Promise<string> {
    const object = await this.deps.cache.client.get(CANARIES, this.namespace, name);
    return parseStatus(object?.['status']).phase;
  }

  /** Of Serinus, of the Canaries. */
  async events(): Promise<readonly string[]> {
    const { items } = await this.deps.cache.client.list(EVENTS, { namespace: this.namespace });
    const ours = items.filter((one) => (one['involvedObject'] as { kind?: string }).kind === CANARIES.kind);
    return ours.map((event) => String(event['message']));
  }

  async isHome(why: string): Promise<void> {
    await until(async () => (await this.phase()) === 'Failed', `it is rolled back: ${why}`);
    const reason = `Rolling back ${APP}.${this.namespace} no sign of its workflow for ${TERM_S} s and ${why}`;
    await until(async () => (await this.events()).includes(reason), reason);
  }
}

test('workers that are behind are waited for, and that is said once; after four terms it is enough', async (t) => {
  const release = await SilentRelease.open(t);
  await release.pass(TERM_S * 1.5 - 1);
  assert.deepEqual(await release.events(), []);
  await release.pass(TERM_S * 3);
  const late = `No sign of the workflow of ${APP}.${release.namespace} for ${TERM_S} s and its workers are behind: it is waited for, traffic stays as it is`;
  await until(async () => (await release.events()).includes(late), late);
  assert.equal(await release.phase(), 'Progressing');
  assert.match(await release.deps.meters.expose(), /serinus_late_releases 1\n/);
  await release.pass(TERM_S);
  await release.isHome('its workers are behind');
  assert.equal((await release.events()).filter((one) => one === late).length, 1);
});

test('a version whose checks fail is not left with its users by workers that are behind', async (t) => {
  const release = await SilentRelease.open(t, {}, { failedChecks: 1 });
  await release.pass(TERM_S * 1.5 - 1);
  assert.equal(await release.phase(), 'Progressing');
  await release.pass(2);
  await release.isHome('its workers are behind');
});

test('Temporal that can’t be reached: traffic is taken home when the Lease is over', async (t) => {
  const release = await SilentRelease.open(t, { isConnected: () => false });
  await release.pass(TERM_S);
  assert.equal(await release.phase(), 'Progressing');
  await release.pass(2);
  assert.equal(await release.phase(), 'Progressing', 'it is looked for once more');
  await release.pass(1);
  await release.isHome('Temporal cannot be reached');
});

test('Temporal that is found again when its Lease is over: traffic stays', async (t) => {
  let isConnected = false;
  const release = await SilentRelease.open(t, { isConnected: () => isConnected });
  await release.pass(TERM_S + 1);
  isConnected = true;
  await release.pass(TERM_S / 4);
  assert.equal(await release.phase(), 'Progressing');
});

test('workers that no longer ask for work: half a term later', async (t) => {
  const release = await SilentRelease.open(t, { ask: () => Promise.resolve('worker 1') });
  await release.pass(TERM_S * 1.5 - 1);
  assert.equal(await release.phase(), 'Progressing');
  await release.pass(1);
  await release.isHome('nobody has looked after it');
});

test('a run that fails again and again, and one that is no more: half a term later', async (t) => {
  const stuck = await SilentRelease.open(t, { run: () => Promise.resolve({ open: true, attempt: 3 }) });
  const gone = await SilentRelease.open(t, { run: () => Promise.resolve({ open: false, attempt: 0 }) });
  for (const release of [stuck, gone]) await release.pass(TERM_S * 1.5);
  await stuck.isHome('its workflow fails again and again');
  await gone.isHome('nobody has looked after it');
});

test('ten releases and a Temporal that doesn’t answer: one question, and nobody is rolled back', async (t) => {
  let asked = 0;
  const names = Array.from({ length: 10 }, (_, index) => `shop-${index}`);
  const ask = (): Promise<string> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  const run = (): never => assert.fail('a run was asked about');
  const release = await SilentRelease.open(t, { ask, run }, { names });
  await release.pass(TERM_S + 10);
  assert.equal(asked, 1);
  for (const name of names) assert.equal(await release.phase(name), 'Progressing', name);
});

test('a Lease that can’t be written, or is gone and can’t be made again: traffic is taken home all the same, once', async (t) => {
  for (const isGone of [false, true]) {
    const release = await SilentRelease.open(t, { isConnected: () => false });
    const { client } = release.deps.cache;
    const refusing = await Refusing.install(client);
    t.after(() => refusing.remove());
    await refusing.watch(release.namespace);
    await refusing.refuse(LEASES, release.namespace, leaseName(APP));
    if (isGone) await client.delete(LEASES, release.namespace, leaseName(APP));
    await until(
      async () => !isGone || !(await release.deps.leases.view(release.namespace, APP)),
      'it is seen to be gone',
    );
    // One that isn't there runs as long as it would have been made for.
    for (let i = 0; i < 12 && (await release.phase()) === 'Progressing'; i += 1) await release.pass(15);
    await until(async () => (await release.phase()) === 'Failed', 'it is rolled back');
    const isRollback = (message: string): boolean => message.startsWith(`Rolling back ${APP}.`);
    const said = async (part: string): Promise<boolean> =>
      (await release.events()).some((message) => message.includes(part));
    await until(() => said('this test wants none'), 'what keeps the Lease is told');
    await release.pass(15);
    assert.equal((await release.events()).filter(isRollback).length, 1);
  }
});
