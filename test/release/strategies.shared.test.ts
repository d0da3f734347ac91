import assert from 'node:assert/strict';
import { request } from 'node:http';
import axios from 'axios';
import { test } from 'node:test';
import { until } from '../harness/until.js';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

// What a strategy means to the users: real requests through the gateway.

interface Reply {
  readonly version: string;
  readonly cookies: readonly string[];
}

/** One request of a user. */
function ask(world: ReleaseScene, path = '/', headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, world.lab.gatewayUrl);
    const sent = request(url, { agent: false, headers: { host: world.host, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}`));
        const { version } = JSON.parse(text) as { version: string };
        resolve({ version, cookies: answer.headers['set-cookie'] ?? [] });
      });
    });
    sent.on('error', reject).end();
  });
}

/** Requests that have got to the only pod of a Service. */
async function served(world: ReleaseScene, service: string): Promise<number> {
  const proxy = new URL(world.lab.proxyUrl);
  const { data } = await axios.get<{ served: number }>(`http://${service}.${world.namespace}/served`, {
    proxy: { host: proxy.hostname, port: Number(proxy.port) },
  });
  return data.served;
}

async function versions(count: number, one: (index: number) => Promise<Reply>): Promise<string[]> {
  const seen = new Set<string>();
  for (let index = 0; index < count; index += 1) seen.add((await one(index)).version);
  return [...seen].sort();
}

const iterations = { stepWeight: undefined, maxWeight: undefined, metrics: [] };

test('A/B test: who matches always meets the canary, everybody else never does', async (t) => {
  const world = await ReleaseScene.open(t);
  const match = [
    { headers: { 'x-user': { exact: 'insider' } } },
    { headers: { cookie: { regex: '^(.*?;)?(beta=yes)(;.*)?$' } } },
    { queryParams: { beta: { exact: '1' } } },
  ];
  await world.initialised(appCanary(world.app, {}, { ...iterations, interval: '4s', iterations: 3, match }));
  const everybody = world.traffic(20);
  await world.setImage('lab/http-echo:2');
  await until(async () => (await ask(world, '/', { 'x-user': 'insider' })).version === '2', 'the audience is served');
  assert.deepEqual(await versions(30, () => ask(world, '/', { 'x-user': 'insider' })), ['2']);
  assert.deepEqual(await versions(30, () => ask(world, '/', { cookie: 'a=b;beta=yes' })), ['2']);
  assert.deepEqual(await versions(30, () => ask(world, '/?beta=1')), ['2']);
  assert.deepEqual(await versions(30, () => ask(world, '/?beta=0', { 'x-user': 'insiders', cookie: 'beta=no' })), [
    '1',
  ]);
  const before = new Map(everybody.seen.versions);
  assert.deepEqual([...before.keys()], ['1'], 'nobody outside the audience has met the canary');
  assert.equal((await world.canary()).canaryWeight, 0);
  await world.phase('Succeeded');
  const seen = await everybody.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  const said = await world.events();
  assert.ok(said.includes('[Normal] Advance shop.' + world.namespace + ' canary iteration 3/3'), said.join('\n'));
});

test('Blue/Green with mirroring: the canary gets copies whose answers reach nobody, then everything', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(appCanary(world.app, {}, { ...iterations, interval: '4s', iterations: 2, mirror: true }));
  const traffic = world.traffic(20);
  await world.setImage('lab/http-echo:2');
  await until(async () => (await world.canary()).iterations === 1, 'the first iteration');
  await world.settled();
  await until(async () => (await served(world, 'shop-canary')) > 20, 'the canary gets copies');
  assert.deepEqual([...traffic.seen.versions.keys()], ['1'], 'its answers reach nobody');
  await world.atWeight(100);
  await world.settled();
  traffic.reset();
  await until(() => traffic.seen.requests > 20, 'requests with all traffic on the canary');
  assert.deepEqual([...traffic.seen.versions.keys()], ['2']);
  await world.phase('Succeeded');
  const { failed, failures } = await traffic.stop();
  assert.equal(failed, 0, failures.join(', '));
});

test('session affinity: a client that has met the canary stays with it', async (t) => {
  const world = await ReleaseScene.open(t);
  const sessionAffinity = { cookieName: 'canary', maxAge: 600, path: '/' };
  await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '600s', stepWeight: 25, sessionAffinity }));
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.settled();
  let cookie = '';
  await until(async () => {
    const { version, cookies } = await ask(world);
    if (version === '2') cookie = cookies[0] ?? '';
    return version === '2';
  }, 'the canary answers');
  assert.match(cookie, /^canary=[0-9a-f]{16}; Max-Age=600; Path=\/$/);
  assert.deepEqual(await versions(60, () => ask(world, '/', { cookie: cookie.split(';')[0] ?? '' })), ['2']);
  const others = await Promise.all(Array.from({ length: 400 }, () => ask(world)));
  const share = others.filter(({ version }) => version === '2').length;
  // 99.99% of all samples of 400 requests at 25% lie in these bounds.
  assert.ok(share > 66 && share < 135, `${share} of 400`);
  assert.ok(others.every(({ version, cookies }) => (version === '2') === cookies.length > 0));
  await world.run.signal('abort', { by: 'test', reason: '', requestId: 'r1' });
  await world.phase('Failed');
  await world.settled();
  assert.deepEqual(await versions(30, () => ask(world, '/', { cookie: cookie.split(';')[0] ?? '' })), ['1']);
});
