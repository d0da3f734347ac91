import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Traffic } from '../../lab/traffic.js';
import type { Judged } from '../../src/domain/decision/judged.js';
import { DEPLOYMENTS, type KubeObject } from '../../src/kube/object.js';
import { APP, appDeployment, appRoute } from '../harness/release/objects.js';
import { analyses, judgedCanary } from '../harness/release/judged.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { until } from '../harness/until.js';

/** Scenes of real requests, through a gateway that a Prometheus scrapes; what each has come to is printed. */

type Env = Readonly<Record<string, string>>;

const envOf = (env: Env) => Object.entries(env).map(([name, value]) => ({ name, value }));

function withEnv(deployment: KubeObject, env: Env): KubeObject {
  const { template, ...spec } = deployment['spec'] as { template: { spec: { containers: object[] } } };
  const containers = template.spec.containers.map((container) => ({ ...container, env: envOf(env) }));
  return { ...deployment, spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } } };
}

interface Scene {
  readonly judgement: string;
  readonly analysis?: Record<string, unknown>;
  /** Of the primary, and of the new version. */
  readonly before?: Env;
  readonly after?: Env;
  readonly perSecond?: number;
}

/** A release under way, with its first requests to the primary behind it. */
async function begun(t: TestContext, { judgement, analysis = {}, before = {}, after = {}, perSecond = 60 }: Scene) {
  const world = await ReleaseScene.open(t);
  await world.serinus(['all']);
  const deployment = withEnv(appDeployment(world.app), before);
  await world.apply(
    deployment,
    appRoute(world.app),
    judgedCanary(world.app, judgement, { interval: '5s', ...analysis }),
  );
  await world.phase('Initialized');
  const traffic = world.traffic(perSecond);
  await until(() => traffic.heard('1') > 5 * perSecond, 'the primary has had requests');
  const containers = [{ name: 'web', image: 'lab/http-echo:2', env: envOf(after) }];
  const patch = { spec: { template: { spec: { containers } } } };
  await world.kube.patch(DEPLOYMENTS, 'strategic', world.namespace, APP, patch);
  return { world, traffic };
}

async function ended(t: TestContext, world: ReleaseScene): Promise<{ ending: string; judged: readonly Judged[] }> {
  const { ending, judged } = await analyses(world);
  const last = judged.at(-1);
  t.diagnostic(`${ending.kind} after ${last?.windows ?? 0} windows: ${last?.says ?? ''}`);
  return { ending: ending.kind, judged };
}

/** Requests that fail whoever answers them. */
async function failing(world: ReleaseScene, perSecond: number, forMs: number): Promise<void> {
  const { gatewayUrl } = world.lab;
  const traffic = new Traffic({ gatewayUrl, host: world.host, path: '/status/503', perSecond });
  await new Promise((resolve) => setTimeout(resolve, forMs));
  await traffic.stop();
}

const LONG_MS = 240_000;

describe('releases judged by real requests', () => {
  test('five of a hundred requests fail at weight 10: caught, which Flagger’s query of both versions doesn’t see', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nsettle: 1s\nwait: { for: 10m, then: hold }',
      analysis: { stepWeights: [10], stepWeight: undefined, maxWeight: undefined },
      after: { FAIL_PERCENT: '5' },
    });
    await world.phase('Failed', LONG_MS);
    const { ending, judged } = await ended(t, world);
    assert.equal(ending, 'rolled-back');
    const { canary, primary } = judged.at(-1)?.metrics[0] ?? {};
    const percent =
      (100 * ((canary?.bad ?? 0) + (primary?.bad ?? 0))) / ((canary?.requests ?? 0) + (primary?.requests ?? 1));
    t.diagnostic(`${canary?.requests ?? 0} requests to the canary; of both versions’ ${percent.toFixed(2)} % failed`);
    assert.ok(percent < 2, 'a limit of 98 % for both together would hold');
  });

  test('three times as many fail as before: caught', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nsettle: 1s\nsplit: { tolerance: 60% }',
      before: { FAIL_PERCENT: '6' },
      after: { FAIL_PERCENT: '18' },
    });
    await world.phase('Failed', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'rolled-back');
  });

  test('as many fail as before: proven, and promoted', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nerrors: { floor: 4% }\nsettle: 1s\nsplit: { tolerance: 60% }',
      before: { FAIL_PERCENT: '2' },
      after: { FAIL_PERCENT: '2' },
    });
    await world.phase('Succeeded', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'promoted');
  });

  test('something that both versions need is down: held, and promoted when it is there again', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nerrors: { floor: 10% }\nsettle: 1s\nsplit: { tolerance: 60% }',
    });
    await world.atWeight(25);
    await failing(world, 180, 15_000);
    await world.phase('Succeeded', LONG_MS);
    const { ending, judged } = await ended(t, world);
    assert.equal(ending, 'promoted');
    assert.ok(
      judged.some(({ passedOver }) => passedOver === 'both-bad'),
      'windows of the outage didn’t count',
    );
  });

  test('one request a second, of which one fails: nobody is rolled back', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nsettle: 1s\nwait: { for: 40s, then: advance }\nsplit: { tolerance: 90% }',
      perSecond: 1,
    });
    await world.atWeight(50, LONG_MS);
    await failing(world, 1, 1_500);
    await world.phase('Succeeded', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'promoted');
  });

  test('bursts of failures that hit both versions: nobody is rolled back', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nerrors: { floor: 10% }\nsettle: 1s\nsplit: { tolerance: 60% }',
    });
    await world.atWeight(25);
    for (let i = 0; i < 4; i += 1) {
      await failing(world, 60, 500);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    await world.phase('Succeeded', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'promoted');
  });

  test('answers take longer: caught by latency', async (t) => {
    const { world } = await begun(t, {
      judgement: 'preset: balanced\nlatency: { floor: 5% }\nsettle: 1s\nsplit: { tolerance: 60% }',
      before: { DELAY_MS: '20' },
      after: { DELAY_MS: '150' },
    });
    await world.phase('Failed', LONG_MS);
    const { ending, judged } = await ended(t, world);
    assert.equal(ending, 'rolled-back');
    assert.match(judged.at(-1)?.says ?? '', /^latency: .* of the canary’s requests took longer than/);
  });
});
