import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { apply } from '../../src/activities/apply.js';
import { begin } from '../../src/activities/begin.js';
import { FINALIZER } from '../../src/canary/generated.js';
import { createActivities } from '../../src/activities/index.js';
import { leaseName } from '../../src/kubernetes/lease-object.js';
import { TemporalSubmissions } from '../../src/temporal/submissions.js';
import type { Logger } from '../../src/logging.js';
import { parseStatus } from '../../src/crds/status.js';
import type { Effect } from '../../src/domain/decision/effects.js';
import type { KubeClient } from '../../src/kube/client.js';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  LEASES,
  SECRETS,
  SERVICES,
  type KubeObject,
} from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { wire } from '../../src/processes/wiring.js';
import type { Aftercare } from '../../src/domain/aftercare/aftercare.js';
import type { Activities, RegisteredActivities } from '../../src/workflows/activities.js';
import { AFTERCARE, JANITOR, taskQueueOf } from '../../src/workflows/contract.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { explainFailure } from '../harness/diagnosis.js';
import { MemoryArchive } from '../harness/memory-archive.js';
import { until } from '../harness/until.js';
import { receiver, type Receiver } from '../harness/http/receiver.js';
import {
  connectTemporal,
  openBench,
  ownCluster,
  temporalAddress,
  type WorkflowBench,
} from '../harness/temporal/workflow-bench.js';
import { configMap, openCluster } from '../harness/kubernetes/cluster.js';
import { Doubled } from '../harness/kubernetes/doubled.js';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const PATIENCE_MS = 90_000;

/** A real release, of which Temporal carries every activity out twice. */
class DoubleRelease {
  private constructor(
    readonly client: KubeClient,
    readonly namespace: string,
    readonly bench: WorkflowBench,
    readonly doubled: Doubled,
    readonly hooks: Receiver,
    readonly archive: MemoryArchive,
    readonly activities: RegisteredActivities,
  ) {}

  static async open(t: TestContext, hooks: Receiver): Promise<DoubleRelease> {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const { client, namespace } = cluster;
    const canary = { cluster: ownCluster(), namespace, name: APP };
    const { connection, client: temporal } = await connectTemporal();
    t.after(() => connection.close());
    const settings = { ...DEFAULT_SETTINGS, clusterName: canary.cluster, namespace, minIntervalSeconds: 1 };
    const archive = new MemoryArchive();
    const deps = wire(client, temporal, settings, SILENT, archive);
    t.after(() => deps.cache.stop());
    const doubled = new Doubled(client, namespace);
    const activities = doubled.wrap(createActivities(deps, temporal));
    const bench = await (await openBench(activities, undefined, undefined, { canary })).start();
    t.after(async () => {
      await explainFailure(t, { kube: client, temporal, canary });
      await bench.close();
    });
    return new DoubleRelease(client, namespace, bench, doubled, hooks, archive, activities);
  }

  async apply(): Promise<void> {
    const { client, namespace } = this;
    const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
    await client.create(CONFIG_MAPS, configMap(namespace, 'colours', { COLOUR: 'red' }));
    await client.create(SECRETS, { ...configMap(namespace, 'token', {}), kind: 'Secret', stringData: { TOKEN: 'a' } });
    await client.create(DEPLOYMENTS, withConfigs(appDeployment(app)));
    await client.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler(namespace));
    await client.create(APISIX_ROUTES, appRoute(app));
    const url = this.hooks.url;
    const cmd = `hey -n 5 -c 1 ${url}/load`;
    const webhooks = [
      { name: 'load', type: 'rollout', url: `${url}/rollout`, metadata: { cmd } },
      { name: 'gate', type: 'pre-rollout', url: `${url}/pre` },
      { name: 'report', type: 'post-rollout', url: `${url}/post` },
      { name: 'tell', type: 'event', url: `${url}/event` },
    ];
    const reference = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: APP };
    const canary = appCanary(
      app,
      { autoscalerRef: reference, revertOnDeletion: true },
      { interval: '1s', threshold: 1, stepWeight: 50, maxWeight: 100, metrics: [], webhooks },
    );
    const annotations = { 'serinus.dev/load-test': 'native', 'serinus.dev/keep-previous': '30m' };
    await client.create(CANARIES, { ...canary, metadata: { ...canary.metadata, annotations } });
  }

  async setImage(image: string): Promise<void> {
    const patch = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
    await this.client.patch(DEPLOYMENTS, 'strategic', this.namespace, APP, patch);
  }

  /** Somebody gives the canary a second pod as soon as it has one: it outgrows the primary. */
  async outgrow(): Promise<void> {
    await until(async () => (await available(this.client, this.namespace, APP)) > 0, 'the canary runs', PATIENCE_MS);
    const bigger = { spec: { replicas: 2 } };
    await this.doubled.meanwhile(() => this.client.patch(DEPLOYMENTS, 'merge', this.namespace, APP, bigger));
  }

  /** Tells the release what the watch process would. @returns how its run ended */
  async released(kind: 'spec' | 'target' | 'drift' | 'deletion'): Promise<string> {
    await this.bench.submit({ id: randomUUID(), kind });
    return (await this.bench.handle.result()).ending.kind;
  }

  async status(): Promise<ReturnType<typeof parseStatus>> {
    return parseStatus((await this.client.get(CANARIES, this.namespace, APP))?.['status']);
  }

  /** What has been changed by second runs since the last call. */
  changes(): readonly string[] {
    return this.doubled.changes.splice(0);
  }
}

function withConfigs(deployment: KubeObject): KubeObject {
  const spec = deployment['spec'] as { template: { spec: { containers: object[] } } };
  const envFrom = [{ configMapRef: { name: 'colours' } }, { secretRef: { name: 'token' } }];
  const containers = spec.template.spec.containers.map((container) => ({ ...container, envFrom }));
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: { containers } } } };
}

async function available(client: KubeClient, namespace: string, name: string): Promise<number> {
  const object = await client.get(DEPLOYMENTS, namespace, name);
  return (object?.['status'] as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0;
}

/** The ConfigMap that its pods read. */
async function colourOf(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const object = await client.get(DEPLOYMENTS, namespace, name);
  const spec = object?.['spec'] as
    { template: { spec: { containers: { envFrom?: { configMapRef?: { name: string } }[] }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.envFrom?.[0]?.configMapRef?.name;
}

function autoscaler(namespace: string): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: APP, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 90 } } },
      ],
    },
  };
}

test('an activity that is carried out twice, as after a lost completion, changes nothing the second time', async (t) => {
  let refuse = false;
  const hooks = await receiver(t, (response, _nth, { url }) =>
    response.writeHead(refuse && url === '/pre' ? 500 : 200).end(),
  );
  const release = await DoubleRelease.open(t, hooks);
  await release.apply();

  await t.test('while a Canary is initialised', async () => {
    const ending = await release.released('spec');
    assert.deepEqual(release.changes(), []);
    assert.equal(ending, 'initialized');
  });

  await t.test('in a release that is promoted, with configuration', async () => {
    await release.client.patch(CONFIG_MAPS, 'merge', release.namespace, 'colours', { data: { COLOUR: 'blue' } });
    await release.setImage('lab/http-echo:2');
    const [ending] = await Promise.all([release.released('target'), release.outgrow()]);
    assert.deepEqual(release.changes(), []);
    assert.equal(ending, 'promoted');
  });

  await t.test('when that release is archived, with what it has replaced', async () => {
    const { documents } = release.archive;
    await until(() => documents.size === 2, 'both releases are archived', PATIENCE_MS);
    const [initialised, promoted] = [...documents.values()];
    assert.deepEqual(initialised?.images, { before: [], after: ['lab/http-echo:1'] });
    assert.equal(initialised.templates?.before, undefined);
    assert.equal(promoted?.outcome, 'promoted');
    assert.deepEqual(promoted.images, { before: ['lab/http-echo:1'], after: ['lab/http-echo:2'] });
    assert.deepEqual(promoted.templates?.difference, [
      { path: 'spec.containers[web].image', before: 'lab/http-echo:1', after: 'lab/http-echo:2' },
    ]);
    // As they were in the Deployments: the primary's has its copies of configs.
    assert.match(JSON.stringify(promoted.templates.before), /"colours-primary"/);
    assert.match(JSON.stringify(promoted.templates.after), /"colours"/);
    const isTidy = async (): Promise<boolean> => {
      const { namespace, client } = release;
      const kept = await client.list(CONTROLLER_REVISIONS, { namespace, labelSelector: 'serinus.dev/release' });
      return kept.items.length === 0;
    };
    await until(isTidy, 'nothing is kept that the archive has', PATIENCE_MS);
    await until(() => Promise.resolve(release.changes().length === 0), 'nothing is written any more', PATIENCE_MS);
  });

  await t.test('when what was promoted is watched, and has become worse', async () => {
    const { client, namespace, bench, activities } = release;
    const annotations = { 'serinus.dev/judgement': 'watch: { for: 1m }' };
    await client.patch(CANARIES, 'merge', namespace, APP, { metadata: { annotations } });
    const { lastPromotedSpec: hash } = await release.status();
    const now = Date.now();
    const { canary } = bench;
    const aftercare: Aftercare = {
      ...{ canary, release: 'x', revision: { hash, configs: {} }, policy: { seconds: 60, text: '1m', then: 'ask' } },
      ...{ periodMs: 1_000, since: now - 900_000, began: now - 600_000, until: now - 540_000, nextAt: now, record: [] },
    };
    // There is no metrics server here, and the time is over.
    const { end } = await bench.client.workflow.execute<() => Promise<Aftercare>>(AFTERCARE, {
      workflowId: `${bench.handle.workflowId}/aftercare`,
      taskQueue: taskQueueOf(canary.cluster),
      args: [{ aftercare, after: [] }],
    } as never);
    assert.equal(end?.kind, 'not-judged');
    const announced = { canary, revision: hash, type: 'Warning', message: 'worse than before', at: now } as const;
    await new MockActivityEnvironment().run(activities.announce, { ...announced, marked: true as const });
    assert.deepEqual(release.changes(), []);
    const { conditions, phase } = await release.status();
    assert.deepEqual(
      [phase, ...conditions.map(({ status, reason, message }) => [status, reason, message])],
      ['Succeeded', ['True', 'Regressed', 'worse than before']],
    );
    const other = { ...announced, revision: 'another', message: 'not about this one', marked: true } as const;
    await new MockActivityEnvironment().run(activities.announce, other);
    assert.equal((await release.status()).conditions[0]?.message, 'worse than before');
    assert.deepEqual(release.changes(), []);
  });

  await t.test('when the promotion is undone, with warm pods', async () => {
    const { client, namespace, bench, activities } = release;
    await until(async () => (await available(client, namespace, `${APP}-previous`)) > 0, 'warm pods', PATIENCE_MS);
    assert.equal(await colourOf(client, namespace, `${APP}-previous`), 'colours-primary-previous');
    const submissions = new TemporalSubmissions(bench.client, { leaseSeconds: 60, answerMs: 30_000 });
    const { canary } = bench;
    const { lastPromotedSpec: revision } = await release.status();
    const order = { canary, revision, release: 'x', reason: 'worse than before', requestId: 'undo-1' };
    assert.deepEqual(await new MockActivityEnvironment().run(activities.undo, order), {});
    assert.equal((await bench.handle.result()).ending.kind, 'undone');
    assert.deepEqual(release.changes(), []);
    const { phase, lastAppliedSpec, lastPromotedSpec } = await release.status();
    assert.equal(phase, 'Failed');
    assert.notEqual(lastAppliedSpec, lastPromotedSpec);
    const copy = await client.get(CONFIG_MAPS, namespace, 'colours-primary');
    assert.deepEqual(copy?.['data'], { COLOUR: 'red' });
    assert.equal(await client.get(DEPLOYMENTS, namespace, `${APP}-previous`), undefined);
    const again = await submissions.give(bench.canary, 'undo', { by: 'alice', requestId: 'undo-2' }, 'x');
    assert.match(again.receipt?.refused ?? '', /undone already/);
  });

  await t.test('in a release that the janitor finds and that is rolled back', async () => {
    refuse = true;
    const { bench } = release;
    // The run that has refused the order ends first: while it is open it needs no janitor to see what has changed.
    await bench.handle.result();
    await release.setImage('lab/http-echo:3');
    const { runId: before } = await bench.handle.describe();
    const sweepFindsIt = async (): Promise<boolean> => {
      await bench.client.workflow.execute(JANITOR, {
        workflowId: `${bench.handle.workflowId}/janitor`,
        taskQueue: taskQueueOf(bench.canary.cluster),
      });
      return (await bench.handle.describe()).runId !== before;
    };
    // A round looks at caches, which may not have heard of the new image yet: the next one has.
    await until(sweepFindsIt, 'the janitor reports it', PATIENCE_MS);
    assert.equal((await bench.handle.result()).ending.kind, 'rolled-back');
    assert.deepEqual(release.changes(), []);
  });

  await t.test('when drift is corrected', async () => {
    await release.client.delete(SERVICES, release.namespace, `${APP}-canary`);
    const ending = await release.released('drift');
    assert.deepEqual(release.changes(), []);
    assert.equal(ending, 'reconciled');
    assert.ok(await release.client.get(SERVICES, release.namespace, `${APP}-canary`));
  });

  await t.test('when a spec is refused', async () => {
    const patch = { spec: { analysis: { stepWeight: 0 } } };
    await release.client.patch(CANARIES, 'merge', release.namespace, APP, patch);
    const ending = await release.released('spec');
    assert.deepEqual(release.changes(), []);
    assert.equal(ending, 'refused');
    await release.client.patch(CANARIES, 'merge', release.namespace, APP, { spec: { analysis: { stepWeight: 25 } } });
  });

  await t.test('when everything is given back on deletion', async () => {
    await release.client.delete(CANARIES, release.namespace, APP);
    const ending = await release.released('deletion');
    assert.deepEqual(release.changes(), []);
    assert.equal(ending, 'terminated');
    assert.equal(await release.client.get(CANARIES, release.namespace, APP), undefined);
  });

  await t.test('and that was every activity, with every effect', () => {
    const activities: Readonly<Record<keyof Activities, true>> = {
      begin: true,
      recall: true,
      observe: true,
      apply: true,
      rollBack: true,
      awaitReady: true,
      callHooks: true,
      deliver: true,
      archive: true,
      loadTest: true,
      oversee: true,
      announce: true,
      undo: true,
      sweep: true,
    };
    assert.deepEqual([...new Set(release.doubled.runs.map(({ name }) => name))].sort(), Object.keys(activities).sort());
    const effects: Readonly<Record<Effect['do'], true>> = {
      event: true,
      build: true,
      keep: true,
      reconcile: true,
      scaleUp: true,
      scaleDown: true,
      weights: true,
      drain: true,
      grow: true,
      promote: true,
      status: true,
      condition: true,
      settle: true,
      keepPrevious: true,
      reopen: true,
      divert: true,
      restore: true,
      pointBack: true,
      scaleLikePrimary: true,
      revert: true,
    };
    const seen = release.doubled.runs.flatMap(
      ({ input }) => (input as { effects?: Effect[] } | undefined)?.effects ?? [],
    );
    assert.deepEqual([...new Set(seen.map((effect) => effect.do))].sort(), Object.keys(effects).sort());
  });

  await t.test('and receivers can tell a repetition by its key', () => {
    for (const path of ['/event', '/post']) {
      const calls = hooks.received.filter(({ url }) => url === path);
      const keys = calls.map(({ headers }) => String(headers['idempotency-key']));
      assert.ok(keys.length > 0 && !keys.includes('undefined'), path);
      for (const key of new Set(keys)) assert.equal(keys.filter((other) => other === key).length, 2, `${path} ${key}`);
    }
  });
});

test('an activity that does change something the second time is found out', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  await client.create(CONFIG_MAPS, configMap(namespace, 'counter', { count: '0' }));
  const doubled = new Doubled(client, namespace);
  let count = 0;
  const { callHooks } = doubled.wrap({
    callHooks: async () => {
      count += 1;
      await client.patch(CONFIG_MAPS, 'merge', namespace, 'counter', { data: { count: String(count) } });
      return { results: [] };
    },
  } as Partial<Activities> as Activities);
  const canary = { cluster: 'c', namespace, name: APP };
  const input = { canary, type: 'post-rollout', phase: 'Succeeded' } as const;
  await new MockActivityEnvironment().run(() => callHooks(input));
  assert.equal(doubled.changes.length, 1);
  assert.match(doubled.changes[0] ?? '', /^callHooks: ConfigMap\/counter: .* version \d+ → .* version \d+$/);
});

test('a Lease that goes with its Canary, before it could be released, is no reason to fail', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const connection = Connection.lazy({ address: temporalAddress() });
  t.after(() => connection.close());
  const deps = wire(client, new Client({ connection }), { ...DEFAULT_SETTINGS, namespace }, SILENT);
  t.after(() => deps.cache.stop());
  const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
  await client.create(DEPLOYMENTS, appDeployment(app));
  const canary = appCanary(app, { revertOnDeletion: true });
  await client.create(CANARIES, { ...canary, metadata: { ...canary.metadata, finalizers: [FINALIZER] } });
  await client.delete(CANARIES, namespace, APP);
  const key = { cluster: 'c', namespace, name: APP };
  const begun = await begin(deps, { canary: key, holder: 'me', leaseSeconds: 60 });
  assert.ok(!begun.gone);
  // The garbage collector may be as quick as this.
  const leases = Object.assign(Object.create(deps.leases) as typeof deps.leases, {
    renew: async (...args: Parameters<typeof deps.leases.renew>) => {
      if (args[2].kind === 'released') await client.delete(LEASES, namespace, leaseName(APP));
      await deps.leases.renew(...args);
    },
  });
  const last = {
    canary: key,
    fence: { epoch: begun.epoch, seq: 1 },
    lease: { kind: 'released' },
    effects: [{ do: 'revert' }],
    at: Date.now(),
    observedGeneration: 1,
  } as const;
  const applied = await apply({ ...deps, leases }, last, new AbortController().signal);
  assert.deepEqual(applied, { overtaken: false });
  assert.equal(await client.get(CANARIES, namespace, APP), undefined);
});
