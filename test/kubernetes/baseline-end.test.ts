import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { begin } from '../../src/activities/begin.js';
import { rollBack, takeHome } from '../../src/activities/rollback.js';
import { sweep } from '../../src/activities/sweep.js';
import { DeadRuns } from '../../src/archive/release/dead-runs.js';
import { reconcileAll } from '../../src/canary/generated.js';
import { canaryContext, readCanary, type CanaryContext } from '../../src/canary/read.js';
import { send } from '../../src/canary/send.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import { parseStatus } from '../../src/crds/status.js';
import { isAvailable } from '../../src/domain/findings.js';
import { ALL_TO_PRIMARY, besideBaseline, canaryAt } from '../../src/domain/weights.js';
import { CANARIES, DEPLOYMENTS, SERVICES } from '../../src/kube/object.js';
import type { Logger } from '../../src/logging.js';
import { wire } from '../../src/processes/wiring.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { workflowIdOf } from '../../src/workflows/contract.js';
import { claim } from '../harness/claim.js';
import { openCluster } from '../harness/kubernetes/cluster.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { connectTemporal, ownCluster } from '../harness/temporal/workflow-bench.js';
import { until } from '../harness/until.js';

// Whoever ends a release that is compared with a baseline, on a real API server: traffic is home, and nothing of it stays.

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const NAME = `${APP}-baseline`;
const { signal } = new AbortController();

class Compared {
  private constructor(
    readonly deps: ReturnType<typeof wire>,
    readonly temporal: Client,
    readonly key: { readonly cluster: string; readonly namespace: string; readonly name: string },
  ) {}

  /** A canary with 20 % of the requests, and its baseline with as many. */
  static async open(t: TestContext): Promise<Compared> {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const { client, namespace } = cluster;
    const { connection, client: temporal } = await connectTemporal();
    const key = { cluster: ownCluster(), namespace, name: APP };
    t.after(async () => {
      // A round may report it anew; there is no worker for that.
      await temporal.workflow.getHandle(workflowIdOf(key)).terminate().catch(isNotFound);
      await connection.close();
    });
    const settings = { ...DEFAULT_SETTINGS, clusterName: key.cluster, namespace, meshProvider: 'apisix' as const };
    const deps = wire(client, temporal, settings, SILENT);
    t.after(() => deps.cache.stop());
    const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
    await client.create(DEPLOYMENTS, appDeployment(app));
    await client.create(APISIX_ROUTES, appRoute(app));
    const { metadata, ...rest } = appCanary(app, {}, { metrics: [] });
    const annotations = { [JUDGEMENT_ANNOTATION]: 'baseline: fresh' };
    const made = await client.create(CANARIES, { ...rest, metadata: { ...metadata, annotations } });
    const status = { phase: 'Progressing', canaryWeight: 20, failedChecks: 0, iterations: 0, lastPromotedSpec: 'old' };
    await client.replace(CANARIES, { ...made, status }, 'status');
    const release = new Compared(deps, temporal, key);
    const context = await release.context();
    await context.workload.build(context.canary, claim(1, 1));
    await reconcileAll(deps.cache, context, ALL_TO_PRIMARY, claim(1, 1));
    for (const of of ['primary', 'canary'] as const)
      await until(async () => {
        const { canary, workload } = await release.context();
        return isAvailable(await workload.readiness(canary, of, deps.now()));
      }, `the ${of} serves`);
    await context.workload.baseline?.put(context.canary, claim(1, 1));
    await until(
      async () => (await context.workload.baseline?.readiness(context.canary, deps.now()))?.ready === true,
      'it is ready',
    );
    await send(deps, context, besideBaseline(canaryAt(20)), { fence: claim(1, 2), signal });
    assert.deepEqual(await release.backends(), { 'shop-primary': 60, 'shop-canary': 20, [NAME]: 20 });
    return release;
  }

  async context(): Promise<CanaryContext> {
    const view = await readCanary(this.deps, this.key, true);
    assert.ok(view);
    return canaryContext(this.deps, view);
  }

  /** Whoever rolls it back takes its Lease first. */
  async taken() {
    const { deps, key } = this;
    const begun = await begin(deps, { canary: key, holder: 'somebody', leaseSeconds: 60 });
    assert.ok(!begun.gone);
    return {
      ...{
        canary: key,
        fence: { epoch: begun.epoch, seq: 1 },
        lease: { kind: 'released' as const },
        holder: 'somebody',
      },
      ...{ uid: begun.uid, before: [], reason: 'enough', status: undefined, at: deps.now(), observedGeneration: 1 },
    };
  }

  /** What there is of the baseline, and how many pods it is to have. */
  async rest() {
    const { client } = this.deps.cache;
    const made = await client.get(DEPLOYMENTS, this.key.namespace, NAME);
    const service = await client.get(SERVICES, this.key.namespace, NAME);
    return { pods: (made?.['spec'] as { replicas: number } | undefined)?.replicas, service: service !== undefined };
  }

  async backends(): Promise<Readonly<Record<string, number>>> {
    const route = await this.deps.cache.client.get(APISIX_ROUTES, this.key.namespace, `${APP}-${APP}-canary`);
    const spec = route?.['spec'] as { http: { backends: { serviceName: string; weight: number }[] }[] } | undefined;
    return Object.fromEntries((spec?.http[0]?.backends ?? []).map(({ serviceName, weight }) => [serviceName, weight]));
  }

  async isHome(): Promise<void> {
    assert.deepEqual(await this.backends(), { 'shop-primary': 100, 'shop-canary': 0 });
    const object = await this.deps.cache.client.get(CANARIES, this.key.namespace, APP);
    assert.equal(parseStatus(object?.['status']).phase, 'Failed');
  }
}

function isNotFound(error: unknown): void {
  assert.ok(error instanceof WorkflowNotFoundError, String(error));
}

const NOTHING = { pods: undefined, service: false };

test('a run, the guard and a run that the janitor starts take it away as they roll back; doing it twice is as well', async (t) => {
  const release = await Compared.open(t);
  const input = await release.taken();
  for (let i = 0; i < 2; i += 1) {
    await rollBack(release.deps, input, signal);
    await release.isHome();
    assert.deepEqual(await release.rest(), NOTHING);
  }
});

test('the dead-man’s switch, which may delete nothing, leaves it without pods; the janitor’s next round takes it away', async (t) => {
  const release = await Compared.open(t);
  const { deps, key, temporal } = release;
  const { client } = deps.cache;
  const round = { client: temporal, dead: new DeadRuns(deps, temporal), askedAt: deps.now() };
  const input = await release.taken();
  // While somebody is at work on the Canary, no round touches it.
  await sweep(deps, round);
  assert.deepEqual(await release.rest(), { pods: 1, service: true });
  const { refusal } = await takeHome(deps, input, signal);
  assert.equal(refusal, undefined);
  await release.isHome();
  assert.deepEqual(await release.rest(), { pods: 0, service: true });
  await until(async () => {
    await sweep(deps, round);
    return (await client.get(DEPLOYMENTS, key.namespace, NAME)) === undefined;
  }, 'the janitor takes it away');
  assert.deepEqual(await release.rest(), NOTHING);
  await release.isHome();
});
