import assert from 'node:assert/strict';
import { test } from 'node:test';
import { janitorScheduleOf, taskQueueOf } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

// Flagger 1.36.1, measured: 162 requests for a whole release of five weights, 66 for an idle minute of one Canary.
const FLAGGER_RELEASE = 162;
const FLAGGER_IDLE_MINUTE = 66;

/**
 * What doesn't depend on how long anything takes, and one more for a race. The archive of the run before may fall into the
 * count: a list and a deletion.
 */
const AT_MOST: Readonly<Record<string, number>> = {
  // Rehearsed: a list and one that would be made. Kept: a list, and one for rollback and archive each. Promoted: a list. Archived: a list and a deletion.
  controllerrevisions: 11,
  // Read before the release and before the promotion, two each. Rehearsed: two. The target started and stopped, the primary promoted and settled.
  deployments: 11,
  // One a phase or weight.
  'canaries/status': 10,
};

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
  for (const [kind, most] of Object.entries(AT_MOST)) {
    const asked = Object.entries(release.byKind).filter(([of]) => of.endsWith(kind));
    const sum = asked.reduce((all, [, times]) => all + times, 0);
    assert.ok(sum <= most, `${sum} requests for ${kind}: ${JSON.stringify(release.byKind)}`);
  }
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
