import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP, appCanary } from './objects.js';
import { ReleaseScene } from './scene.js';

/** Nothing but time moves these releases: what counts is that they go on. */
export const timed = (world: ReleaseScene, analysis: Record<string, unknown> = {}) =>
  appCanary(world.app, {}, { metrics: [], ...analysis });

/** The story that every release tells, however often its worker died. */
export const STORY = [
  '[Normal] New revision detected! Scaling up shop.',
  '[Normal] Starting canary analysis for shop.',
  '[Normal] Advance shop. canary weight 25',
  '[Normal] Advance shop. canary weight 50',
  '[Normal] Copying shop. template spec to shop-primary.',
  '[Normal] Routing all traffic to primary',
  '[Normal] Promotion completed! Scaling down shop.',
];

export async function story(world: ReleaseScene): Promise<string[]> {
  const events = await world.events();
  return events
    .map((event) => event.replaceAll(world.namespace, ''))
    .filter(
      (event) => !event.includes('not ready') && !event.includes('Initialization') && !event.includes('providers'),
    );
}

/** Instants of a release. */
export interface Point {
  readonly name: string;
  readonly at: (world: ReleaseScene) => Promise<void>;
}

/** A worker that is killed there and started again: the release goes on at the right step, and no request fails. */
export function killedAt({ name, at }: Point): void {
  test(`${name}: the release goes on at the right step`, async (t) => {
    const world = await ReleaseScene.open(t);
    const serinus = await world.initialised(timed(world));
    const traffic = world.traffic(20);
    await world.setImage('lab/http-echo:2');
    await at(world);
    await serinus.kill();
    await serinus.restart();
    await world.phase('Succeeded', 90_000);
    await world.run.result();
    assert.deepEqual(await story(world), STORY);
    assert.equal((await traffic.stop()).failed, 0);
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:2');
  });
}
