import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { baselineServices, dropBaseline, putBaseline } from '../../src/canary/baseline/baseline.js';
import { refuseContested } from '../../src/canary/contest.js';
import type { CanaryContext } from '../../src/canary/read.js';
import { namesOf, survey } from '../../src/canary/survey.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import type { Phase } from '../../src/domain/phases.js';
import { ForeignError } from '../../src/errors.js';
import { DEPLOYMENTS, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { FENCE_ANNOTATION } from '../../src/kubernetes/write.js';
import { kubernetesRouter } from '../../src/routers/kubernetes.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { until } from '../harness/until.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';
import { WORKLOAD_CASES } from './workload-cases.js';

const NAME = `${APP}-baseline`;
const [deployment] = WORKLOAD_CASES;

interface Deployment {
  readonly replicas: number;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly { readonly image: string }[]; readonly affinity?: unknown };
  };
}

/** A Deployment with a primary, whose Canary asks for a baseline and has a release under way. */
async function underWay(t: TestContext, pods = true) {
  assert.ok(deployment);
  const bench = await WorkloadBench.open(t, deployment.canary);
  if (!pods) await allowNoPods(bench.client, bench.namespace);
  const { metadata, spec } = deployment.target;
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: APP } } };
  const near = [{ weight: 1, podAffinityTerm: term }];
  const { template, ...rest } = spec as { readonly template: { readonly spec: object } };
  const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: near } };
  const apart = { ...template, spec: { ...template.spec, affinity } };
  await bench.create(DEPLOYMENTS, { metadata, spec: { ...rest, template: apart } });
  await bench.workload.build(bench.canary, bench.fence());
  await bench.patch(DEPLOYMENTS, APP, { spec: { template: { spec: { containers: containers('2') } } } });
  return { bench, context: contextOf(bench, 'Progressing') };
}

function containers(version: string) {
  return [{ name: 'web', image: `lab/http-echo:${version}`, ports: [{ name: 'http', containerPort: 8080 }] }];
}

function contextOf(bench: WorkloadBench, phase: Phase): CanaryContext {
  const asked = bench.canaryWith({}, { [JUDGEMENT_ANNOTATION]: 'baseline: fresh' });
  const status = { ...asked.status, phase, lastPromotedSpec: 'promoted', canaryWeight: 0 };
  return { ...bench.bench, canary: { ...asked, status } };
}

function readiness({ canary, workload }: CanaryContext, of: 'primary' | 'canary') {
  return workload.readiness(canary, of, Date.now());
}

test('a baseline is the primary’s pods anew, as many as the canary has, found by a Service of its own', async (t) => {
  const { bench, context } = await underWay(t, false);
  await putBaseline(bench.cache, context, bench.fence());
  const made = await bench.get(DEPLOYMENTS, NAME);
  const { replicas, selector, template } = made['spec'] as Deployment;
  assert.deepEqual(made.metadata.ownerReferences, [bench.canary.owner]);
  assert.ok(made.metadata.annotations?.[FENCE_ANNOTATION]);
  assert.deepEqual([replicas, template.spec.containers[0]?.image], [2, 'lab/http-echo:1']);
  assert.deepEqual([selector.matchLabels, template.metadata.labels['app']], [{ app: NAME }, NAME]);
  assert.match(JSON.stringify(template.spec.affinity), /"app":"shop-baseline"/, 'it keeps away from itself alone');
  const service = await bench.get(SERVICES, NAME);
  assert.deepEqual((service['spec'] as Pick<Deployment, 'selector'>).selector, { app: NAME });
  assert.deepEqual(service.metadata.ownerReferences, [bench.canary.owner]);
  await bench.writesNothing('again', () => putBaseline(bench.cache, context, bench.fence()));
});

test('it is mended and grows with the canary while that is analysed, and a canary waits for it', async (t) => {
  const { bench, context } = await underWay(t);
  const { canary, workload } = context;
  for (const of of ['primary', 'canary'] as const)
    await until(async () => (await readiness(context, of)).ready, `the ${of} is ready`);
  await allowNoPods(bench.client, bench.namespace);
  const stray = async () => {
    const { pods } = await workload.look(canary);
    const found = await survey(bench.cache, context, {
      ...{ pods, diverted: false, unserved: false, repairs: [], now: Date.now() },
    });
    return namesOf(found.strays).filter((name) => name.includes('baseline'));
  };
  assert.deepEqual(await stray(), [`Deployment/${NAME}`], 'there is none yet');
  await workload.mend(canary, { object: `Deployment/${NAME}` }, '', bench.fence());
  assert.deepEqual(await stray(), [`Service/${NAME}`], 'which has no Service yet');
  await putBaseline(bench.cache, context, bench.fence());
  assert.deepEqual(await stray(), []);

  const waiting = await readiness(context, 'canary');
  assert.ok(
    !waiting.ready && waiting.available && /baseline isn't ready/.test(waiting.reason),
    JSON.stringify(waiting),
  );

  await bench.patch(DEPLOYMENTS, APP, { spec: { replicas: 3 } });
  assert.deepEqual(await stray(), [`Deployment/${NAME}`]);
  await workload.mend(canary, { object: `Deployment/${NAME}` }, '', bench.fence());
  assert.equal((await bench.spec<Deployment>(DEPLOYMENTS, NAME)).replicas, 3);
  await bench.patch(DEPLOYMENTS, NAME, { spec: { template: { spec: { containers: containers('9') } } } });
  assert.deepEqual(await stray(), [`Deployment/${NAME}`]);
});

test('users whose requests go to a baseline are answered: one that is gone is waited for, one that stays away or is somebody else’s is not', async (t) => {
  const { bench, context } = await underWay(t);
  for (const of of ['primary', 'canary'] as const)
    await until(async () => (await readiness(context, of)).ready, `the ${of} is ready`);
  const routed = { ...context, canary: { ...context.canary, status: { ...context.canary.status, canaryWeight: 20 } } };
  const seen = async (now = Date.now()) => {
    const found = await routed.workload.readiness(routed.canary, 'canary', now);
    return found.ready ? 'ready' : `${found.retriable ? 'waits' : 'ends'}: ${found.reason}`;
  };
  assert.equal((await readiness(context, 'canary')).ready, true, 'before its first requests it may be missing');
  assert.match(await seen(), /^waits: its baseline isn't there: it is made again/);

  await allowNoPods(bench.client, bench.namespace);
  await putBaseline(bench.cache, routed, bench.fence());
  await until(async () => (await seen()).startsWith("waits: its baseline isn't ready"), 'it has no pods');
  const later = () => Date.now() + 61_000;
  await until(async () => (await seen(later())).startsWith("ends: its baseline isn't ready"), 'for too long');
  const unrouted = await context.workload.readiness(context.canary, 'canary', later());
  assert.ok(!unrouted.ready && unrouted.retriable, 'without requests it has until the progress deadline');

  await bench.remove(DEPLOYMENTS, NAME);
  const labels = { app: 'somebody' };
  await bench.create(DEPLOYMENTS, {
    metadata: { name: NAME },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: containers('1') } },
    },
  });
  await bench.cache.getFresh(DEPLOYMENTS, bench.namespace, NAME);
  assert.match(await seen(), /^ends: its baseline isn't there: Deployment shop-baseline\.\S+ has not been made/);
});

test('where the primary isn’t ready there is nothing to compare with: a fix doesn’t wait', async (t) => {
  const { bench, context } = await underWay(t, false);
  const { canary, workload } = context;
  assert.equal((await readiness(context, 'primary')).ready, false);
  assert.deepEqual(await workload.baseline?.strays(canary), []);
  await putBaseline(bench.cache, context, bench.fence());
  assert.equal(await workload.baseline?.readiness(canary, Date.now()), undefined);
});

test('nothing of it stays, whatever the Canary says by then; at rest there is to be none', async (t) => {
  const { bench, context } = await underWay(t, false);
  await putBaseline(bench.cache, context, bench.fence());
  const later = bench.bench;
  await dropBaseline(bench.cache, later, bench.fence());
  assert.equal(await bench.client.get(DEPLOYMENTS, bench.namespace, NAME), undefined);
  assert.equal(await bench.client.get(SERVICES, bench.namespace, NAME), undefined);
  await dropBaseline(bench.cache, later, bench.fence());
  for (const phase of ['Succeeded', 'Failed', 'Promoting', 'Finalising'] as const) {
    const atRest = contextOf(bench, phase);
    const { pods } = await atRest.workload.look(atRest.canary);
    assert.deepEqual(await atRest.workload.baseline?.strays(atRest.canary), [], phase);
    assert.deepEqual(await baselineServices(atRest, pods), [], phase);
  }
});

test('what bears its name and is somebody else’s is refused by name before a release, and never removed', async (t) => {
  const { bench, context } = await underWay(t, false);
  const labels = { app: 'theirs' };
  const theirs: readonly [typeof DEPLOYMENTS, object][] = [
    [SERVICES, { ports: [{ port: 80 }] }],
    [
      DEPLOYMENTS,
      { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: containers('1') } } },
    ],
  ];
  const deps = {
    settings: DEFAULT_SETTINGS,
    cache: bench.cache,
    routers: [kubernetesRouter],
    workloads: bench.workloads,
  };
  for (const [type, spec] of theirs) {
    const created: KubeObject = await bench.create(type, { metadata: { name: NAME }, spec });
    await bench.cache.getFresh(type, bench.namespace, NAME);
    const isNamed = (error: unknown) =>
      error instanceof ForeignError &&
      error.message.startsWith(`${type.kind} ${NAME}.${bench.namespace} has not been made`);
    await assert.rejects(refuseContested(deps, context), isNamed);
    await assert.rejects(putBaseline(bench.cache, context, bench.fence()), isNamed);
    await dropBaseline(bench.cache, context, bench.fence());
    assert.equal((await bench.get(type, NAME)).metadata.uid, created.metadata.uid);
    await bench.remove(type, NAME);
  }
});
