import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import type { Client, ScheduleHandle } from '@temporalio/client';
import { begin } from '../../src/activities/begin.js';
import { openRun, standsStill } from '../../src/temporal/open-run.js';
import type { Logger } from '../../src/logging.js';
import { CANARIES, DEPLOYMENTS, LEASES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { wire } from '../../src/processes/wiring.js';
import { JanitorHours } from '../../src/worker/janitor-hours.js';
import { JANITOR, ROLLOUT, workflowIdOf } from '../../src/workflows/contract.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { connectTemporal } from '../harness/temporal/workflow-bench.js';
import { openCluster } from '../harness/kubernetes/cluster.js';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

interface Temporal {
  readonly client: Client;
  /** What goes before the connection does. */
  readonly cleanups: (() => Promise<unknown>)[];
}

async function temporal(t: TestContext): Promise<Temporal> {
  const { connection, client } = await connectTemporal();
  const cleanups: Temporal['cleanups'] = [];
  t.after(async () => {
    for (const cleanup of cleanups) await cleanup();
    await connection.close();
  });
  return { client, cleanups };
}

async function janitorOf({ client, cleanups }: Temporal): Promise<ScheduleHandle> {
  const scheduleId = `janitor/${randomUUID()}`;
  const handle = await client.schedule.create({
    scheduleId,
    spec: { intervals: [{ every: '1d' }] },
    action: { type: 'startWorkflow', workflowType: JANITOR, taskQueue: scheduleId },
  });
  cleanups.push(() => handle.delete());
  return handle;
}

const isPaused = async (schedule: ScheduleHandle): Promise<boolean> => (await schedule.describe()).state.paused;

test('the janitor rests where nothing runs, and is there as soon as something does', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const server = await temporal(t);
  const schedule = await janitorOf(server);
  const { namespace } = cluster;
  const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
  let now = 0;
  const deps = { ...wire(cluster.client, server.client, { ...DEFAULT_SETTINGS, namespace }, SILENT), now: () => now };
  t.after(() => deps.cache.stop());
  const hours = new JanitorHours(deps, schedule);
  await hours.look();
  assert.equal(await isPaused(schedule), false, 'something may have begun a moment ago');
  now += 60_000;
  await hours.look();
  assert.equal(await isPaused(schedule), true);

  // A Canary comes, and nobody has reported it: that is found in the end, without a watch process.
  await cluster.client.create(DEPLOYMENTS, appDeployment(app));
  await cluster.client.create(APISIX_ROUTES, appRoute(app));
  await cluster.client.create(CANARIES, appCanary(app, {}, { metrics: [] }));
  await deps.cache.getFresh(CANARIES, namespace, APP);
  now += 300_000;
  await hours.look();
  assert.equal(await isPaused(schedule), false);

  // A run takes it, and is the reason why the janitor stays, whatever another worker thinks.
  const key = { cluster: 'c', namespace, name: APP };
  const begun = await begin(deps, { canary: key, holder: 'me', leaseSeconds: 60 });
  assert.ok(!begun.gone);
  await schedule.pause('nothing runs: Serinus goes on by itself');
  now += 30_000;
  await hours.look();
  assert.equal(await isPaused(schedule), false);

  // Somebody who means it has the last word.
  await schedule.pause('maintenance');
  now += 30_000;
  await hours.look();
  assert.equal(await isPaused(schedule), true);
  assert.equal((await schedule.describe()).state.note, 'maintenance');
  assert.ok(await cluster.client.get(LEASES, namespace, `serinus-${APP}`));
});

test('a run that waits for its time is no stuck one; one whose task nobody gets done is', async (t) => {
  const { client, cleanups } = await temporal(t);
  const canary = (name: string) => ({ cluster: `none-${randomUUID()}`, namespace: 'none', name });
  const stuck = canary('stuck');
  // No worker listens there.
  const start = { workflowId: workflowIdOf(stuck), taskQueue: stuck.cluster, args: [] };
  const handle = await client.workflow.start(ROLLOUT, start);
  cleanups.push(() => handle.terminate());
  const run = await openRun(client, stuck);
  assert.ok(run);
  const readyAt = run.startTime.getTime();
  const later = readyAt + 130_000;
  assert.equal(standsStill(run, readyAt + 60_000, false), false, 'its turn may still come');
  assert.equal(standsStill(run, later, false), true, 'what came long after it has been taken');
  assert.equal(standsStill(run, later, true), false, 'where everybody is slow its turn may still come');
  // A task that fails each time.
  const failing = { ...run.raw, pendingWorkflowTask: { ...run.raw.pendingWorkflowTask, attempt: 3 } };
  assert.equal(standsStill({ ...run, raw: failing }, readyAt, false), true);
  assert.equal(standsStill({ ...run, raw: failing }, readyAt, true), false);
  // What waits for a timer, an order or an activity has no workflow task.
  const { pendingWorkflowTask: _task, ...raw } = run.raw;
  assert.equal(standsStill({ ...run, raw }, later, false), false);
  assert.equal(await openRun(client, canary('absent')), undefined);
});
