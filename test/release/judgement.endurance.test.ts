import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { WorkflowNotFoundError } from '@temporalio/client';
import { Traffic } from '../../lab/traffic.js';
import type { Judged } from '../../src/domain/decision/judged.js';
import { releaseIdOf } from '../../src/domain/identity.js';
import { aftercareIdOf, aftercareQuery } from '../../src/workflows/contract.js';
import { APP, appDeployment, appRoute } from '../harness/release/objects.js';
import { analyses, assertNoOverlap, begun, judgedCanary, setVersion } from '../harness/release/judged.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { until } from '../harness/until.js';

/** Scenes of real requests, through a gateway that a Prometheus scrapes; what each has come to is printed. */

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

/** What the looks since the promotion have come to; nothing before there is anybody who looks. */
async function watched(world: ReleaseScene, id: string): Promise<readonly Judged[]> {
  const seen = await world.temporal.workflow
    .getHandle(id)
    .query(aftercareQuery)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  return (seen?.record ?? []).flatMap((entry) => (entry.what === 'watch' ? [entry.judged] : []));
}

const LONG_MS = 240_000;

describe('releases judged by real requests', () => {
  test('five of a hundred requests fail at weight 10: caught, which Flagger’s query of both versions doesn’t see', async (t) => {
    const world = await ReleaseScene.open(t);
    await begun(world, {
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
    const world = await ReleaseScene.open(t);
    await begun(world, {
      judgement: 'preset: balanced\nsettle: 1s\nsplit: { tolerance: 60% }',
      before: { FAIL_PERCENT: '6' },
      after: { FAIL_PERCENT: '18' },
    });
    await world.phase('Failed', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'rolled-back');
  });

  test('as many fail as before: proven, and promoted', async (t) => {
    const world = await ReleaseScene.open(t);
    await begun(world, {
      judgement: 'preset: balanced\nerrors: { floor: 4% }\nsettle: 1s\nsplit: { tolerance: 60% }',
      before: { FAIL_PERCENT: '2' },
      after: { FAIL_PERCENT: '2' },
    });
    await world.phase('Succeeded', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'promoted');
  });

  test('something that both versions need is down: held, and promoted when it is there again', async (t) => {
    const world = await ReleaseScene.open(t);
    await begun(world, {
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
    const world = await ReleaseScene.open(t);
    await begun(world, {
      judgement: 'preset: balanced\nsettle: 1s\nwait: { for: 40s, then: advance }\nsplit: { tolerance: 90% }',
      perSecond: 1,
    });
    await world.atWeight(50, LONG_MS);
    await failing(world, 1, 1_500);
    await world.phase('Succeeded', LONG_MS);
    assert.equal((await ended(t, world)).ending, 'promoted');
  });

  test('bursts of failures that hit both versions: nobody is rolled back', async (t) => {
    const world = await ReleaseScene.open(t);
    await begun(world, {
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

  for (const { what, before, after, says } of [
    { what: 'longer', before: '20', after: '150', says: /^latency: .* of the canary’s requests took longer than/ },
    {
      what: 'a quarter longer',
      before: '170',
      after: '213',
      says: /^latency: .* of the canary’s requests took longer than 200 ms/,
    },
  ]) {
    test(`answers take ${what}: caught by latency`, async (t) => {
      const world = await ReleaseScene.open(t);
      await begun(world, {
        judgement: 'preset: balanced\nlatency: { floor: 5% }\nsettle: 1s\nsplit: { tolerance: 60% }',
        before: { DELAY_MS: before },
        after: { DELAY_MS: after },
      });
      await world.phase('Failed', LONG_MS);
      const { ending, judged } = await ended(t, world);
      assert.equal(ending, 'rolled-back');
      assert.match(judged.at(-1)?.says ?? '', says);
    });
  }

  test('a version that fails once everybody is with it is undone, though the worker dies in between', async (t) => {
    const world = await ReleaseScene.open(t);
    const serinus = await world.serinus(['all']);
    const text = 'settle: 1s\nwatch: { for: 60s, then: undo }\ntripwire: { requests: 100000 }';
    const canary = judgedCanary(world.app, text, { interval: '5s' });
    const spec = { ...(canary['spec'] as object), skipAnalysis: true };
    await world.apply(appDeployment(world.app), appRoute(world.app), { ...canary, spec });
    await world.phase('Initialized');
    const traffic = world.traffic(40);
    await until(() => traffic.heard('1') > 65 * 40, 'the version before has served for as long as is watched', LONG_MS);
    await setVersion(world, 'lab/http-echo:2', { FAIL_PERCENT: '10' });
    await world.phase('Succeeded', LONG_MS);
    const { runId } = await world.run.describe();
    const key = { cluster: world.cluster, namespace: world.namespace, name: world.name };
    const watcher = aftercareIdOf(world.cluster, releaseIdOf(key, runId));
    await until(async () => (await watched(world, watcher)).length > 0, 'it is watched', LONG_MS);
    await serinus.kill();
    await serinus.restart();
    await world.phase('Failed', LONG_MS);
    const events = await world.events();
    assert.ok(
      events.some((event) => /Regression of .* after its promotion errors: bad .*: undoing the promotion/.test(event)),
      events.join('\n'),
    );
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
    const judged = await watched(world, watcher);
    assertNoOverlap(judged);
    t.diagnostic(`undone after ${judged.at(-1)?.windows ?? 0} windows: ${judged.at(-1)?.says ?? ''}`);
  });
});
