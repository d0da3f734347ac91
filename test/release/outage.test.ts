import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startLab, type Lab } from '../../lab/lab.js';
import { applyYaml } from '../../lab/manifests.js';
import { crdYaml } from '../../src/crds/manifests.js';
import { until } from '../harness/until.js';
import { appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

/**
 * When the API server is back, Kubernetes' controller manager may take half a minute until it asks it again: no rollout goes on
 * meanwhile, and what a release does about that is for other tests.
 */
const PATIENT = { progressDeadlineSeconds: 300 };

describe('a server that is down: one clear error, nothing changed, recovery by itself', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab();
    await applyYaml(lab, crdYaml());
  });
  after(() => lab.stop());

  test('Prometheus in mid-release: the release holds, nothing is held against it, and it goes on', async (t) => {
    const world = await ReleaseScene.open(t, { lab });
    await world.initialised(appCanary(world.app, {}, { threshold: 4 }));
    world.traffic();
    await world.setImage('lab/http-echo:2');
    await world.atWeight(25);
    await lab.server('prometheus').stop('SIGKILL');
    await until(async () => (await world.events()).some((e) => /Prometheus query failed: /.test(e)), 'it is said');
    // Five intervals: with Flagger's rule the threshold of 4 would be reached.
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    assert.equal((await world.canary()).phase, 'Progressing');
    assert.equal((await world.canary()).failedChecks, 0);
    assert.equal(await world.weight(), 25);
    assert.equal((await world.events()).filter((e) => e.includes('Prometheus query failed')).length, 1);
    await lab.server('prometheus').start();
    await world.phase('Succeeded');
  });

  test('Prometheus at the start: a Canary is initialised all the same, and told', async (t) => {
    await lab.server('prometheus').stop('SIGKILL');
    const world = await ReleaseScene.open(t, { lab });
    await world.initialised();
    assert.ok(
      (await world.events()).some((e) => e.includes('Error checking metric providers: prometheus not avaiable:')),
    );
    await lab.server('prometheus').start();
  });

  test('the API server in mid-release: traffic stays where it is, and the release goes on', async (t) => {
    const world = await ReleaseScene.open(t, { lab });
    await world.initialised(appCanary(world.app, PATIENT, { metrics: [], interval: '3s' }));
    const traffic = world.traffic(20);
    await world.setImage('lab/http-echo:2');
    await world.atWeight(25);
    await lab.server('apiserver').stop('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    // Counted up to here: for a few seconds after its own return the controller manager is late with endpoints, and
    // an application that doesn't wait before it stops loses requests in the promotion, whoever asked for that.
    assert.deepEqual((await traffic.stop()).failures, []);
    await lab.server('apiserver').start();
    await world.phase('Succeeded');
    const advances = (await world.events()).filter((e) => e.includes('Advance')).map((e) => e.replace(/.*weight /, ''));
    assert.deepEqual(advances, ['25', '50']);
  });

  test('Temporal and the API server at the start: Serinus says so and waits for them', async (t) => {
    const world = await ReleaseScene.open(t, { lab });
    await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app, PATIENT, { metrics: [] }));
    await lab.server('temporal').stop('SIGKILL');
    await lab.server('apiserver').stop('SIGKILL');
    const serinus = world.start(['all']);
    await until(() => /Temporal at \S+ can't be reached, trying again/.test(serinus.text()), 'Temporal is named');
    await until(() => /the Kubernetes API at \S+ can't be reached/.test(serinus.text()), 'the API server is named');
    await lab.server('apiserver').start();
    await lab.server('temporal').start();
    await world.phase('Initialized');
  });

  test('Temporal in mid-release, for less than the lease: the release goes on as if nothing had been', async (t) => {
    const world = await ReleaseScene.open(t, { lab });
    await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '3s' }), ['--lease-seconds', '60']);
    await world.setImage('lab/http-echo:2');
    await world.atWeight(25);
    await lab.server('temporal').stop('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    assert.equal(await world.weight(), 25);
    await lab.server('temporal').start();
    await world.phase('Succeeded');
  });
});
