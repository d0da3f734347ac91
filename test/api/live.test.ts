import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { CANARIES } from '../../src/kube/object.js';
import { canaryDetailSchema, canaryListSchema, type CanarySummary } from '../../src/api/schema/canary.js';
import { liveSchema, type Live } from '../../src/api/schema/live.js';
import { until } from '../harness/until.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { get, post, releaseIs } from '../harness/api/client.js';
import { openStream, type OpenStream } from '../harness/api/stream.js';

let bench: ApiBench;
let url: string;
before(async () => {
  bench = await openApi();
  url = await bench.app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => bench.close());

const pathOf = (name: string): string => `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}`;

async function seen(name: string): Promise<void> {
  const known = async (): Promise<boolean> => (await get(bench.app, pathOf(name))).body['phase'] === 'Initialized';
  await until(known, `${name} is seen`);
}

async function follow(t: TestContext, path: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const stream = await openStream(`${url}${path}`, headers);
  t.after(() => stream.close());
  return stream;
}

async function canaryAtWeight25(): Promise<{ name: string; id: unknown }> {
  const { name } = await bench.world.canary({ intervalSeconds: 600 });
  await seen(name);
  const { body } = await post(bench.app, `${pathOf(name)}/rollouts`, { images: { app: 'podinfo:6.0.1' }, by: 'ana' });
  await releaseIs(bench.app, body['id'], ({ weight }) => weight === 25, 'weight 25');
  return { name, id: body['id'] };
}

const newest = (stream: OpenStream): Live | undefined => stream.data<Live>('release').at(-1);

describe('the live view', () => {
  test('shows why a release has its status, and what comes next and when', async () => {
    const { name, id } = await canaryAtWeight25();
    const { status, body } = await get(bench.app, `${pathOf(name)}/live`);
    assert.equal(status, 200, JSON.stringify(body));
    const live = liveSchema.parse(body);
    assert.equal(live.release?.id, id);
    assert.equal(live.cluster, bench.cluster);
    assert.equal(live.weight.wanted, 25);
    assert.match(
      live.why,
      /^weight 25 stands since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, nothing has been checked at it yet$/,
    );
    assert.equal(live.next?.what, 'next check: weight 50 if it passes');
    const inSeconds = (Date.parse(live.next.at ?? '') - Date.now()) / 1000;
    assert.ok(inSeconds > 500 && inSeconds <= 600, String(inSeconds));
    const [canary] = live.tree;
    assert.deepEqual([canary?.kind, canary?.name, canary?.health], ['Canary', name, 'busy']);
    assert.deepEqual(
      canary?.children.map(({ status: role, children }) => [role.split(',')[0], children[0]?.name]),
      [
        ['stable', `${name}-primary`],
        ['canary', name],
      ],
    );
  });

  test('links to the run, and to the logs of the release', async () => {
    const { name, id } = await canaryAtWeight25();
    const links = { temporalUi: 'http://ui.example', logs: 'http://logs.example/?app={target}&to={to}' };
    const { body } = await get(bench.another({ links }), `${pathOf(name)}/live`);
    const live = liveSchema.parse(body);
    const workflow = encodeURIComponent(`canary/${bench.cluster}/${bench.world.namespace}/${name}`);
    const run = String(id).split('.').at(-1);
    assert.equal(
      live.links.temporal,
      `http://ui.example/namespaces/${bench.client.options.namespace}/workflows/${workflow}/${run}/history`,
    );
    assert.equal(live.links.logs, `http://logs.example/?app=${name}&to=now`);
  });

  test('of a Canary that does not exist is not found, not even as a stream', async () => {
    for (const what of ['live', 'stream']) {
      const { status, body } = await get(bench.app, `${pathOf('nobody')}/${what}`);
      assert.deepEqual([status, body['type']], [404, '/problems/unknown-canary']);
    }
  });

  test('is streamed as it changes; who comes back gets what is new, and nothing twice', async (t) => {
    const { name, id } = await canaryAtWeight25();
    const stream = await follow(t, `${pathOf(name)}/stream`);
    await until(() => newest(stream) !== undefined, 'the first event');
    assert.match(stream.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.equal(stream.headers.get('serinus-authentication'), 'none');
    await post(bench.app, `/api/v1/rollouts/${String(id)}/pause`, { by: 'ana', reason: 'lunch' });
    await until(() => /^paused by ana .*: lunch$/.test(newest(stream)?.why ?? ''), 'the pause');
    assert.equal(newest(stream)?.attention, 'paused');
    assert.equal(newest(stream)?.next?.what, 'resume, by a person');
    await until(() => newest(stream)?.phase === 'Progressing', 'it has settled');

    const back = await follow(t, `${pathOf(name)}/stream`, { 'Last-Event-ID': stream.lastId() });
    await post(bench.app, `/api/v1/rollouts/${String(id)}/abort`, { by: 'ana', reason: 'enough' });
    await until(() => newest(back)?.release?.ended === true, 'the end');
    assert.ok(
      back.data<Live>('release').every(({ why }) => !why.startsWith('paused')),
      'the pause was known',
    );
    assert.match(newest(back)?.why ?? '', /^Aborted by ana \(unverified\): enough$/);
    assert.equal(newest(back)?.next, undefined);
    await bench.world.client.delete(CANARIES, bench.world.namespace, name);
    await until(() => back.data('gone').length === 1, 'it is gone');
  });
});

describe('the stream of the fleet', () => {
  const rowOf = (stream: OpenStream, name: string): CanarySummary | undefined =>
    stream.data<CanarySummary>('canary').findLast((row) => row.name === name);

  test('begins with all rows, goes on with those that change, and says who is gone', async (t) => {
    const { name } = await bench.world.canary();
    await seen(name);
    const stream = await follow(t, `/api/v1/stream?namespace=${bench.world.namespace}`);
    await until(() => stream.data('synced').length === 1, 'all rows');
    assert.equal(rowOf(stream, name)?.cluster, bench.cluster);
    const [synced] = stream.data<{ canaries: string[] }>('synced');
    assert.ok(synced?.canaries.includes(`${bench.world.namespace}/${name}`));
    const last = stream.lastId();
    stream.close();

    // Somebody else looks on meanwhile.
    const other = await follow(t, '/api/v1/stream');
    await until(() => other.data('synced').length === 1, 'all rows for the other');
    const elsewhere = await follow(t, '/api/v1/stream?namespace=elsewhere');
    await bench.world.client.delete(CANARIES, bench.world.namespace, name);
    await until(() => other.data('gone').length === 1, 'it is gone');
    assert.deepEqual(other.data('gone'), [{ cluster: bench.cluster, namespace: bench.world.namespace, name }]);
    assert.deepEqual(elsewhere.data('canary'), []);

    const back = await follow(t, '/api/v1/stream', { 'Last-Event-ID': other.ids()[0] ?? '' });
    await until(() => back.data('gone').length === 1, 'what was missed');
    assert.deepEqual(back.data('synced'), [], 'and nothing else');
    const stranger = await follow(t, '/api/v1/stream', { 'Last-Event-ID': `${last}-of-another-process` });
    await until(() => stranger.data('synced').length === 1, 'who is not known gets everything');
  });

  test('reports a pause, which only Temporal knows of', async (t) => {
    const stream = await follow(t, '/api/v1/stream');
    const { name, id } = await canaryAtWeight25();
    await post(bench.app, `/api/v1/rollouts/${String(id)}/pause`, { by: 'ana' });
    await until(() => rowOf(stream, name)?.attention === 'paused', 'the pause', 30_000);
    assert.equal(rowOf(stream, name)?.standing, 'paused');
    const { body } = await get(bench.app, `/api/v1/canaries?namespace=${bench.world.namespace}`);
    const { items } = canaryListSchema.parse(body);
    assert.equal(items.find((row) => row.name === name)?.standing, 'paused', 'the list says the same');
    assert.equal(canaryDetailSchema.parse((await get(bench.app, pathOf(name))).body).standing, 'paused');
  });

  test('ends with the server', async () => {
    const app = bench.another();
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = await openStream(`${address}/api/v1/stream`);
    await until(() => stream.data('synced').length === 1, 'all rows');
    await app.close();
    await stream.ended;
  });
});
