import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { TemporalSubmissions } from '../../../src/temporal/submissions.js';
import type { KubeObject } from '../../../src/kube/object.js';
import { until } from '../until.js';
import { APP, appCanary } from './objects.js';
import type { RunningSerinus } from './serinus-process.js';
import { ReleaseScene } from './scene.js';

/** Version 2 promoted in place of version 1, whose pods are kept warm. */
export async function promotedWithWarmPods(t: TestContext): Promise<{ world: ReleaseScene; serinus: RunningSerinus }> {
  const world = await ReleaseScene.open(t);
  const canary = appCanary(world.app, {}, { metrics: [] });
  const annotations = { 'serinus.dev/keep-previous': '30m' };
  const kept: KubeObject = { ...canary, metadata: { ...canary.metadata, annotations } };
  const serinus = await world.initialised(kept);
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  await until(async () => (await warmPods(world)) === 1, 'the former version is kept warm', 60_000);
  return { world, serinus };
}

export function warmPods(world: ReleaseScene): Promise<number> {
  return world.available(`${APP}-previous`);
}

/** As the API gives the order. */
export function undo(world: ReleaseScene) {
  const submissions = new TemporalSubmissions(world.temporal, { leaseSeconds: 15, answerMs: 30_000 });
  const canary = { cluster: world.cluster, namespace: world.namespace, name: world.name };
  return submissions.give(canary, 'undo', { by: 'alice', reason: 'checkout is broken', requestId: randomUUID() }, '');
}
