import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axios from 'axios';
import { until } from '../harness/until.js';
import { Listener, notifyingCanary } from '../harness/release/listener.js';
import { appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

describe('whoever listens to a release', () => {
  test('hears every event in order, the alerts and the end, although the worker dies again and again', async (t) => {
    const world = await ReleaseScene.open(t);
    const listener = await Listener.open(t);
    const serinus = await world.initialised(await notifyingCanary(world, listener));
    await until(() => listener.events().some((event) => event.includes('Initialization done')), 'the initialisation');
    await world.setImage('lab/http-echo:2');
    for (const weight of [25, 50]) {
      await world.atWeight(weight);
      // Nobody answers now, so deliveries are under way when the worker dies.
      listener.status = undefined;
      await new Promise((resolve) => setTimeout(resolve, 700));
      await serinus.kill();
      listener.status = 200;
      await serinus.restart();
    }
    await world.phase('Succeeded', 90_000);
    await world.run.result();
    const recorded = await world.events();
    assert.deepEqual(listener.events(), recorded);
    const alerts = listener.heard.filter(({ path }) => path === '/alerts/T0secret');
    const texts = new Set(alerts.map(({ body }) => /"text":"([^"]*)"/.exec(body)?.[1]));
    assert.deepEqual(
      [...texts],
      [
        'New Deployment detected, initialization completed.',
        'New revision detected, progressing canary analysis.',
        'Canary analysis completed successfully, promotion finished.',
      ],
    );
    const reports = listener.heard.filter(({ path }) => path === '/report');
    assert.ok(reports.length >= 1);
    assert.equal(new Set(reports.map(({ key }) => key)).size, 1, 'one report, however often it was sent');
    const perKey = new Map<string, Set<string>>();
    for (const { key, body } of listener.heard) perKey.set(key, (perKey.get(key) ?? new Set()).add(body));
    assert.ok(
      [...perKey.values()].every((bodies) => bodies.size === 1),
      'a repetition is the same to the letter',
    );
    assert.doesNotMatch(world.logText() + JSON.stringify(await world.run.fetchHistory()), /T0secret/);
  });

  test('hears of a rollback that the dead-man’s switch has carried out, once', async (t) => {
    const world = await ReleaseScene.open(t);
    const listener = await Listener.open(t);
    const canary = await notifyingCanary(world, listener, { interval: '3s' });
    const frozen = await world.initialised(canary, ['--lease-seconds', '6']);
    await world.setImage('lab/http-echo:2');
    await world.atWeight(25);
    frozen.signal('SIGSTOP');
    await world.serinus(['watch', '--lease-seconds', '6']);
    await world.phase('Failed', 60_000);
    const reason = /^\[Warning\] Rolling back shop\.\S+ no sign of its workflow for \d+ s and/;
    await until(() => listener.heard.some(({ path }) => path === '/report'), 'the report');
    await until(() => listener.events().at(-1)?.includes('Canary failed!') === true, 'the last event');
    frozen.signal('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    assert.equal(listener.events().filter((event) => reason.test(event)).length, 1);
    assert.equal(listener.heard.filter(({ path }) => path === '/report').length, 1);
    const alerts = listener.heard.filter(({ body }) => /"color":"danger"/.test(body));
    assert.equal(alerts.length, 1);
    assert.match(alerts[0]?.body ?? '', /"text":"Rolling back shop\.\S+ no sign of its workflow/);
  });
});

test('who listens to all Canaries is told by flags and environment; Prometheus reads Flagger’s metrics', async (t) => {
  const world = await ReleaseScene.open(t);
  const listener = await Listener.open(t);
  await world.serinus(['all', '--health-port', '0', '--msteams-url', `${listener.url}/teams`], {
    EVENT_WEBHOOK_URL: `${listener.url}/everything`,
  });
  await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app));
  await world.phase('Initialized');
  world.traffic();
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  const url = /Health and metrics on (http:\/\/[^"]+)"/.exec(world.logText())?.[1] ?? '';
  const metrics = async (): Promise<string[]> => (await axios.get<string>(`${url}/metrics`)).data.split('\n');
  const { namespace } = world;
  await until(
    async () => (await metrics()).includes(`flagger_canary_weight{workload="shop",namespace="${namespace}"} 25`),
    'the weight is shown',
  );
  assert.ok((await metrics()).includes(`flagger_canary_status{name="shop",namespace="${namespace}"} 0`));
  await world.phase('Succeeded', 90_000);
  await world.run.result();
  const counted = `{name="shop",namespace="${namespace}",deployment_strategy="canary",analysis_status="completed"} 1`;
  await until(
    async () => (await metrics()).includes(`flagger_canary_status{name="shop",namespace="${namespace}"} 1`),
    'the end is shown',
  );
  const last = await metrics();
  assert.ok(last.includes(`flagger_canary_successes_total${counted}`), 'the success is counted once');
  assert.ok(last.includes(`flagger_canary_total{namespace="${namespace}"} 1`));
  assert.ok(
    last.some((line) => line.startsWith('flagger_canary_metric_analysis{name="shop"') && line.endsWith(' 100')),
  );
  assert.ok(last.some((line) => line.startsWith('flagger_canary_duration_seconds_count{name="shop"')));
  assert.ok(last.some((line) => line.startsWith('flagger_info{version="')));
  assert.deepEqual(listener.events('/everything'), await world.events());
  const cards = listener.heard.filter(({ path }) => path === '/teams');
  assert.equal(cards.length, 3);
  assert.match(cards[0]?.body ?? '', new RegExp(`"Cluster","value":"${world.cluster}"`));
});
