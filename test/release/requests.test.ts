import assert from 'node:assert/strict';
import { test } from 'node:test';
import { janitorScheduleOf, taskQueueOf } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

// Flagger 1.36.1, measured: 162 requests for a whole release of five weights, 66 for an idle minute of one Canary.
const FLAGGER_RELEASE = 162;
const FLAGGER_IDLE_MINUTE = 66;

test('a whole release asks less of the API server than Flagger’s, an idle Canary asks nothing', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(appCanary(world.app, {}, { stepWeight: 10, metrics: [] }));
  const count = async (since: Date) =>
    world.lab.apiRequests({ userAgentPrefix: 'serinus/', namespace: world.namespace, since });

  const beforeRelease = new Date();
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  await world.run.result();
  const release = await count(beforeRelease);
  t.diagnostic(`a release of five weights: ${release.total} requests ${JSON.stringify(release.byKind)}`);
  // Two looks that must not go by the cache, and room for a race; it would be one more for each of seven writes.
  assert.ok((release.byKind['get apisixroutes'] ?? 0) <= 4, 'a route is written without being read before');
  assert.ok(release.total < FLAGGER_RELEASE / 2, `${release.total} requests: ${JSON.stringify(release.byKind)}`);

  const janitor = world.temporal.schedule.getHandle(janitorScheduleOf(world.cluster));
  await until(async () => (await janitor.describe()).state.paused, 'the janitor rests', 120_000);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const idle = new Date();
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  const minute = await count(idle);
  t.diagnostic(`an idle minute: ${minute.total} requests`);
  assert.equal(
    minute.total,
    0,
    `Flagger makes ${FLAGGER_IDLE_MINUTE}; these were made: ${JSON.stringify(minute.byKind)}`,
  );
  const started = await world.temporal.workflow.count(
    `TaskQueue = '${taskQueueOf(world.cluster)}' AND StartTime > '${idle.toISOString()}'`,
  );
  assert.equal(started.count, 0, 'and no workflow was started');
});
