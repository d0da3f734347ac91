import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SerinusClient, SerinusProblem, type Canary } from '../../src/client/index.js';
import { account, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { until } from '../harness/until.js';

const MAY: Rule[] = [
  { resources: ['canaries'], verbs: ['get', 'list'] },
  { resources: ['canaries/rollouts'], verbs: ['create'] },
  { resources: ['canaries/pause', 'canaries/abort'], verbs: ['update'] },
];

let bench: ApiBench;
let server: string;
let client: SerinusClient;
before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  server = await bench.app.listen({ host: '127.0.0.1', port: 0 });
  const token = await account(bench.world.client, bench.world.namespace, 'program', MAY);
  client = new SerinusClient({ server: `${server}/`, token: () => Promise.resolve(token) });
});
after(() => bench.close());

async function problem(work: Promise<unknown>): Promise<SerinusProblem> {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof SerinusProblem, String(error));
  return error;
}

describe('the client for programs', () => {
  test('starts a release, follows it, gives it orders, and knows the types of all of it', async () => {
    const { name, hash } = await bench.world.canary({ intervalSeconds: 600 });
    const path = { namespace: bench.world.namespace, name };
    await until(async () => {
      const { items } = await client.call('listCanaries', { query: { namespace: path.namespace } });
      return items.some((one) => one.name === name && one.phase === 'Initialized');
    }, 'the Canary is seen');
    const canary: Canary = await client.call('getCanary', { path });
    assert.equal(canary.revision, hash);

    const body = { images: { app: 'podinfo:6.0.1' }, reason: 'by a program' };
    const [started, again] = await Promise.all([
      client.call('startRelease', { path, body, idempotencyKey: 'once' }),
      client.call('startRelease', { path, body, idempotencyKey: 'once' }),
    ]);
    assert.equal(started.id, again.id, 'the key makes one of two');

    const stop = new AbortController();
    for await (const { event, data } of client.stream('streamLive', { path }, stop.signal)) {
      assert.equal(event, 'release');
      if ((JSON.parse(data) as { weight: { wanted: number } }).weight.wanted === 25) break;
    }
    stop.abort();
    const order = await client.call('pause', { path: { id: started.id }, body: { reason: 'lunch' } });
    assert.equal(order.taken, true);
    const release = await client.call('getRelease', { path: { id: started.id } });
    assert.equal(release.paused?.by, `system:serviceaccount:${path.namespace}:program`);
    await client.call('abort', { path: { id: started.id }, body: {} });
  });

  test('throws what the API says where it can’t, and what comes in its place', async () => {
    const path = { namespace: bench.world.namespace, name: 'none' };
    const missing = await problem(client.call('getCanary', { path }));
    assert.deepEqual([missing.status, missing.kind], [404, 'unknown-canary']);
    assert.equal(missing.message, `there is no Canary "none" in namespace "${path.namespace}"`);
    const wrong = await problem(client.call('startRelease', { path, body: { images: {} } }));
    assert.deepEqual([wrong.kind, wrong.problem?.field], ['invalid-input', 'images']);
    const stranger = new SerinusClient({ server });
    assert.equal((await problem(stranger.call('getCanary', { path }))).kind, 'unauthenticated');
    const elsewhere = new SerinusClient({ server, fetch: () => Promise.resolve(new Response('no', { status: 502 })) });
    const other = await problem(elsewhere.call('getSession'));
    assert.deepEqual([other.status, other.kind, other.message], [502, '', 'status 502']);
    const slow = new SerinusClient({ server, timeoutMs: 1, fetch: (_, init) => hangs(init?.signal) });
    await assert.rejects(slow.call('getSession'), { name: 'TimeoutError' });
  });

  test('asks for nothing else than what it was told to', async () => {
    const asked: string[] = [];
    const spy = new SerinusClient({
      server: 'http://serinus.example/below/',
      fetch: (url) => {
        asked.push(typeof url === 'string' ? url : 'no text');
        return Promise.resolve(Response.json({}));
      },
    });
    await spy.call('getRelease', { path: { id: '../canaries?x=1#y' } });
    await spy.call('listReleases', { query: { actor: 'a&b=c', limit: 5 } });
    assert.deepEqual(asked, [
      'http://serinus.example/below/api/v1/releases/..%2Fcanaries%3Fx%3D1%23y',
      'http://serinus.example/below/api/v1/releases?actor=a%26b%3Dc&limit=5',
    ]);
    await assert.rejects(spy.call('getRelease', { path: { id: '' } }), TypeError);
    await assert.rejects(spy.call('getRelease', { path: { id: '..' } }), TypeError);
    assert.equal(asked.length, 2);
  });
});

function hangs(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
}
