import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeError } from '../../src/kube/kube-error.js';
import type { KubeObject } from '../../src/kube/object.js';
import { CANARIES, DEPLOYMENTS, METRIC_TEMPLATES, SERVICES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { until } from '../harness/until.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

/** What is wrong, the one Warning that says so, and how it is mended. */
interface Mistake {
  readonly name: string;
  readonly canary?: (world: ReleaseScene) => KubeObject;
  readonly deployment?: (world: ReleaseScene) => KubeObject | undefined;
  readonly route?: (world: ReleaseScene) => KubeObject | undefined;
  readonly says: RegExp;
}

const withSpec = (spec: Record<string, unknown>) => (world: ReleaseScene) => appCanary(world.app, spec);
const withAnalysis = (analysis: Record<string, unknown>) => (world: ReleaseScene) => appCanary(world.app, {}, analysis);

const MISTAKES: readonly Mistake[] = [
  {
    name: 'a provider that is not built yet',
    canary: withSpec({ provider: 'linkerd' }),
    says: /spec\.provider: "linkerd" .*apisix/,
  },
  { name: 'a threshold of -1', canary: withAnalysis({ threshold: -1 }), says: /spec\.analysis\.threshold: -1 / },
  { name: 'maxWeight 150', canary: withAnalysis({ maxWeight: 150 }), says: /spec\.analysis\.maxWeight: 150 / },
  {
    name: 'a metric without template or query',
    canary: withAnalysis({ metrics: [{ name: 'odd', thresholdRange: { max: 1 } }] }),
    says: /spec\.analysis\.metrics\[0\]/,
  },
  {
    name: 'a missing target',
    deployment: () => undefined,
    says: /deployment shop\.\S+ get query error: deployments\.apps "shop" not found/,
  },
  {
    name: 'a target without a supported selector label',
    deployment: (world) => unlabelled(appDeployment(world.app)),
    says: /getSelectorLabel failed: deployment shop\.\S+ spec\.selector\.matchLabels must contain one of \[app name app\.kubernetes\.io\/name\]/,
  },
  {
    name: 'a routeRef that does not exist',
    route: () => undefined,
    says: /apisix route shop\.\S+ get query error: .*"shop" not found/,
  },
  {
    name: 'a route without a backend of that service',
    route: (world) => elsewhere(appRoute(world.app)),
    says: /Can not find shop backend on apisix route shop/,
  },
];

function unlabelled(deployment: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(deployment).replaceAll('"app":"shop"', '"component":"shop"')) as KubeObject;
}

function elsewhere(route: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(route).replace('"serviceName":"shop"', '"serviceName":"other"')) as KubeObject;
}

test('a mistake gets one clear Warning, changes nothing, and is no obstacle once it is mended', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.serinus(['all']);
  for (const mistake of MISTAKES) {
    await t.test(mistake.name, async () => {
      const given = [
        mistake.deployment ? mistake.deployment(world) : appDeployment(world.app),
        mistake.route ? mistake.route(world) : appRoute(world.app),
        (mistake.canary ?? ((w: ReleaseScene) => appCanary(w.app)))(world),
      ];
      await world.apply(...given.flatMap((object) => (object ? [object] : [])));
      const warnings = async () => (await world.events()).filter((event) => mistake.says.test(event));
      await until(async () => (await warnings()).length > 0, `a Warning like ${mistake.says}`);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      assert.equal((await warnings()).length, 1, (await world.events()).join('\n'));
      if (given[0]) assert.equal(await world.replicas(APP), 1, 'the target serves as before');
      assert.notEqual((await world.canary()).phase, 'Initialized');
      if (mistake.canary) {
        const [condition] = (await world.canary()).conditions;
        assert.equal(condition?.reason, 'InvalidSpec');
        assert.match(condition.message ?? '', mistake.says);
      }

      if (mistake.deployment) await world.kube.delete(DEPLOYMENTS, world.namespace, APP);
      await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app));
      await world.phase('Initialized');
      await clear(world);
    });
  }
});

/** Takes away what a mistake was made with, and what Serinus has made of it. */
async function clear({ kube, namespace, name }: ReleaseScene): Promise<void> {
  await kube.delete(CANARIES, namespace, name);
  await until(async () => !(await kube.get(CANARIES, namespace, name)), 'the Canary is gone');
  await kube.delete(DEPLOYMENTS, namespace, APP);
  await kube.delete(APISIX_ROUTES, namespace, APP);
  for (const type of [DEPLOYMENTS, SERVICES, APISIX_ROUTES]) {
    await until(async () => (await kube.list(type, { namespace })).items.length === 0, `no ${type.kind} is left`);
  }
}

test('what the schema refuses never gets in: the API server names the field', async (t) => {
  const world = await ReleaseScene.open(t);
  const refused = async (canary: KubeObject, field: string) =>
    assert.rejects(
      world.kube.create(CANARIES, canary),
      (error: KubeError) => error.status === 422 && error.message.includes(field),
    );
  await refused(appCanary(world.app, {}, { interval: '10x' }), 'spec.analysis.interval');
  await refused(appCanary(world.app, { provider: 'nobody' }), 'spec.provider');
});

test('a template that does not parse: said before a release starts, which then waits for it', async (t) => {
  const world = await ReleaseScene.open(t);
  const template = (query: string): KubeObject => ({
    apiVersion: METRIC_TEMPLATES.apiVersion,
    kind: METRIC_TEMPLATES.kind,
    metadata: { name: 'errors', namespace: world.namespace },
    spec: { provider: { type: 'prometheus', address: world.lab.prometheusUrl }, query },
  });
  await world.kube.apply(METRIC_TEMPLATES, template('vector({{ nonsense }})'));
  const metrics = [{ name: 'errors', templateRef: { name: 'errors' }, thresholdRange: { max: 5 }, interval: '1m' }];
  await world.initialised(appCanary(world.app, {}, { metrics }));
  await world.setImage('lab/http-echo:2');
  await until(
    async () =>
      (await world.events()).some((e) =>
        /Metric template errors\.\S+ query render error: .*"nonsense" not defined/.test(e),
      ),
    'it is said',
  );
  assert.equal(await world.replicas(APP), 0, 'no canary yet');
  await world.kube.apply(METRIC_TEMPLATES, template('vector(1)'));
  await world.phase('Succeeded');
});

test('a release under way goes on by the last valid spec when an invalid one is applied', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '3s' }));
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.apply(appCanary(world.app, {}, { metrics: [], interval: '3s', maxWeight: 150 }));
  await world.phase('Succeeded');
  assert.ok((await world.events()).some((event) => event.includes('spec.analysis.maxWeight: 150')));
  await until(
    async () => (await world.canary()).conditions[0]?.reason === 'InvalidSpec',
    'at rest the condition says so',
  );
  await world.apply(appCanary(world.app, {}, { metrics: [] }));
  await until(async () => (await world.canary()).conditions[0]?.reason === 'Succeeded', 'a valid spec puts it right');
});
