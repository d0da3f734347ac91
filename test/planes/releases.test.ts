import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Traffic, type Answer } from '../../lab/traffic.js';
import { CANARIES, DEPLOYMENTS, METRIC_TEMPLATES, type KubeObject } from '../../src/kube/object.js';
import { APP, appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { until } from '../harness/until.js';
import { PLANE_CASES, type PlaneCase } from './cases.js';
import { note } from './figures.js';

// Whole releases through a real data plane, with users who are notified of every single answer.

const PER_SECOND = 60;
const PORT = 9898;
const FIRST = '6.0.0';
const GOOD = '6.0.1';
/** A third of its requests fail, with status 500; nothing else does. */
const BAD = '6.0.2-errors';
const OWN_FAILURE = 'status 500';
const PATIENCE_MS = 240_000;

function podinfo(namespace: string, preStopSeconds: number | undefined): KubeObject {
  const probe = { httpGet: { path: '/readyz', port: PORT }, periodSeconds: 1 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APP, namespace },
    spec: {
      replicas: 1,
      progressDeadlineSeconds: 60,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      selector: { matchLabels: { app: APP } },
      template: {
        metadata: {
          labels: { app: APP },
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(PORT) },
        },
        spec: {
          containers: [
            {
              name: 'web',
              image: image(FIRST),
              command: ['./podinfo'],
              args: [`--port=${PORT}`],
              ports: [{ name: 'http', containerPort: PORT }],
              readinessProbe: probe,
              ...(preStopSeconds === undefined
                ? {}
                : { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } } }),
            },
          ],
        },
      },
    },
  };
}

/** A check of the service team's own, by the data plane's numbers. */
const BY_TEMPLATE = [
  { name: 'success', templateRef: { name: 'success' }, thresholdRange: { min: 99 }, interval: '1m' },
];

function template(namespace: string, query: string, address: string): KubeObject {
  return {
    apiVersion: METRIC_TEMPLATES.apiVersion,
    kind: METRIC_TEMPLATES.kind,
    metadata: { name: 'success', namespace },
    spec: { provider: { type: 'prometheus', address }, query },
  };
}

const image = (tag: string) => `stefanprodan/podinfo:${tag}`;

/** An application behind the data plane, initialised, and users who don't stop. */
async function open(
  t: TestContext,
  plane: PlaneCase,
): Promise<{ world: ReleaseScene; answers: Answer[]; stop: () => Promise<void> }> {
  const world = await ReleaseScene.open(t);
  const { kube, namespace, host, lab } = world;
  await world.serinus(['all', '--mesh-provider', plane.provider]);
  await kube.apply(DEPLOYMENTS, podinfo(namespace, plane.preStopSeconds));
  for (const object of plane.users.objects(namespace, host, APP)) await kube.apply(plane.users.type, object);
  const { service, ...references } = plane.canary(host);
  const spec = {
    provider: plane.provider,
    routeRef: undefined,
    ...references,
    service: { port: 80, targetPort: PORT, ...service },
  };
  const { successQuery } = plane;
  if (successQuery !== undefined)
    await kube.apply(METRIC_TEMPLATES, template(namespace, successQuery, lab.prometheusUrl));
  const canary = appCanary(world.app, spec, successQuery === undefined ? {} : { metrics: BY_TEMPLATE });
  await kube.apply(CANARIES, JSON.parse(JSON.stringify(canary)) as KubeObject);
  await world.phase('Initialized', PATIENCE_MS);
  const answers: Answer[] = [];
  const traffic = new Traffic({
    gatewayUrl: lab.planeUrl,
    host,
    path: '/api/info',
    perSecond: PER_SECOND,
    onAnswer: (answer) => answers.push(answer),
  });
  t.after(() => traffic.stop());
  await until(() => answers.slice(-PER_SECOND).filter(({ ok }) => ok).length === PER_SECOND, 'the host is served');
  answers.length = 0;
  return { world, answers, stop: () => traffic.stop() };
}

const problemsOf = (answers: readonly Answer[]) => answers.flatMap(({ problem }) => problem ?? []);

for (const plane of PLANE_CASES) {
  const { provider } = plane;
  suite(`releases by ${provider} on a real data plane`, () => {
    test('a good version is promoted and a bad one rolled back, and nobody is failed by that', async (t) => {
      const { world, answers, stop } = await open(t, plane);
      await world.setImage(image(GOOD));
      await world.phase('Succeeded', PATIENCE_MS);
      await until(
        () => answers.slice(-PER_SECOND).every(({ version }) => version === GOOD),
        'everybody has the new one',
      );
      const promotion = answers.splice(0);
      assert.deepEqual(problemsOf(promotion), []);
      for (const version of [FIRST, GOOD])
        assert.ok(
          promotion.some((answer) => answer.version === version),
          version,
        );
      note(provider, 'promotion', `0 of ${promotion.length.toLocaleString('en')} requests failed`);

      await world.setImage(image(BAD));
      await world.phase('Failed', PATIENCE_MS);
      await until(
        () => answers.slice(-PER_SECOND).every(({ version }) => version === GOOD),
        'everybody has the old one',
      );
      await stop();
      const problems = problemsOf(answers);
      const own = problems.filter((problem) => problem === OWN_FAILURE).length;
      assert.ok(own > 0, 'users have met the bad version');
      assert.deepEqual(
        problems.filter((problem) => problem !== OWN_FAILURE),
        [],
      );
      note(
        provider,
        'rollback',
        `0 of ${answers.length.toLocaleString('en')}, besides ${own} by the bad version itself`,
      );
    });
  });
}
