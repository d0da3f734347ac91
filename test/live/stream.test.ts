import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { after, describe, test } from 'node:test';
import { EventStream } from '../../src/api/live/sse.js';
import { Streams } from '../../src/api/live/streams.js';
import { Problem } from '../../src/api/problems/problem.js';
import { offlineApi } from '../harness/api/offline.js';
import { openStream, type OpenStream } from '../harness/api/stream.js';
import { until } from '../harness/until.js';

const SILENT = { info() {}, warn() {}, error() {}, debug() {} };

describe('a stream of events', () => {
  test('keeps only the newest of each key for a client that reads too slowly', async () => {
    const sink = new PassThrough({ highWaterMark: 64 });
    let now = 0;
    const stream = new EventStream(sink, () => now);
    const send = (key: string, id: number): void =>
      stream.send({ event: 'row', id: String(id), data: `${key}${id}`, key });
    for (let id = 0; id < 10; id += 1) send('a', id);
    now = 500;
    assert.equal(stream.blockedFor, 500);
    for (let id = 10; id < 20; id += 1) {
      send('b', id);
      send('c', id);
    }
    send('b', 99);
    stream.comment('alive');
    let text = '';
    sink.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await until(() => text.includes('b99'), 'all of it');
    assert.equal(stream.blockedFor, 0);
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id);
    const first = ids.filter((id) => Number(id) < 10);
    assert.ok(first.length > 1 && first.length < 10, text);
    assert.equal(first.at(-1), '9');
    assert.deepEqual(ids.slice(-2), ['19', '99'], 'in the order in which they came');
    assert.doesNotMatch(text, /alive/, 'no sign of life is needed where something waits');
    stream.close();
    stream.send({ event: 'row', data: 1, key: 'late' });
    await until(() => sink.writableFinished, 'the end');
  });
});

describe('streams', () => {
  const offline = offlineApi();
  after(() => offline.close());

  test('are so many and no more, are looked at again, and end where they may not be seen any more', async () => {
    const { app } = offline;
    const limits = { streams: 1, ofOne: 5, heartbeatMs: 10, admitMs: 20, patienceMs: 1_000 };
    let looks = 0;
    let refusal: Error | undefined;
    let stopped = 0;
    app.after(() => {
      const streams = new Streams(app, SILENT, limits);
      app.get('/test-stream', (request, reply) => {
        const admit = (): Promise<void> => {
          looks += 1;
          return refusal ? Promise.reject(refusal) : Promise.resolve();
        };
        return streams.serve(request, reply, admit, (stream) => {
          stream.send({ event: 'first', id: '1', data: { a: 1 }, key: 'a' });
          return () => (stopped += 1);
        });
      });
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = await openStream(`${url}/test-stream`);
    assert.equal(stream.headers.get('serinus-authentication'), 'none');
    await until(() => stream.data('first').length === 1, 'the first event');
    const second = await fetch(`${url}/test-stream`);
    assert.equal(second.status, 503);
    assert.equal(((await second.json()) as { type: string }).type, '/problems/too-many-streams');

    refusal = new Error('nobody can say');
    await until(() => looks >= 3, 'it goes on while nobody can say whether it may');
    refusal = new Problem('kubernetes-unreachable', 'away');
    const before = looks;
    await until(() => looks >= before + 2, 'and while Kubernetes is away');
    refusal = new Problem('forbidden', 'the right is gone');
    await stream.ended;
    await until(() => stopped === 1, 'it has been cleaned up');
    refusal = undefined;
    (await openStream(`${url}/test-stream`)).close();
  });
});

describe('the place of a stream', () => {
  const LIMITS = { streams: 5, ofOne: 2, heartbeatMs: 10, admitMs: 60_000, patienceMs: 100 };
  const offline = offlineApi();
  const { app } = offline;
  after(async () => {
    app.server.closeAllConnections();
    await offline.close();
  });
  let waiting = 0;
  let goOn = (): void => undefined;
  const moment = new Promise<void>((resolve) => (goOn = resolve));
  let stopped = 0;
  let bad = true;
  app.after(() => {
    const streams = new Streams(app, SILENT, LIMITS);
    const admit = (): Promise<void> => Promise.resolve();
    const stop = (): void => void (stopped += 1);
    app.get('/stream', (request, reply) => streams.serve(request, reply, admit, () => stop));
    app.get('/late', async (request, reply) => {
      waiting += 1;
      await moment;
      return streams.serve(request, reply, admit, () => stop);
    });
    app.get('/much', (request, reply) =>
      streams.serve(request, reply, admit, (stream) => {
        for (let i = 0; i < 64; i += 1) stream.send({ event: 'much', data: 'x'.repeat(1 << 20), key: String(i) });
        return stop;
      }),
    );
    app.get('/broken', (request, reply) =>
      streams.serve(request, reply, admit, () => {
        if (bad) throw new Error('the feed is broken');
        return stop;
      }),
    );
  });
  const url = app.listen({ host: '127.0.0.1', port: 0 });

  /** @returns how many streams one gets besides those that are open */
  async function room(): Promise<number> {
    const open: OpenStream[] = [];
    try {
      while (open.length < 10) open.push(await openStream(`${await url}/stream`));
    } catch (error) {
      assert.match(String(error), /429.*rate-limited/);
    }
    const before = stopped;
    for (const stream of open) stream.close();
    await until(() => stopped === before + open.length, 'they are closed');
    return open.length;
  }
  const allThere = async (): Promise<void> =>
    until(async () => (await room()) === LIMITS.ofOne, 'all places are there again');

  test('is one of so many that one client may have, says so, and is there again when a stream has ended', async () => {
    const first = await openStream(`${await url}/stream`);
    const second = await openStream(`${await url}/stream`);
    const third = await fetch(`${await url}/stream`);
    assert.deepEqual([third.status, third.headers.get('retry-after')], [429, '15']);
    const { type, detail } = (await third.json()) as { type: string; detail: string };
    assert.equal(type, '/problems/rate-limited');
    assert.equal(detail, 'the address 127.0.0.1 has 2 streams open, which is as many as one may have');
    first.close();
    second.close();
    await allThere();
  });

  test('comes back from a client whose connection breaks off', async () => {
    const { host, hostname, port } = new URL(await url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /stream HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    assert.equal(await room(), 1);
    socket.resetAndDestroy();
    await allThere();
  });

  test('comes back from a client that is still connected, and takes nothing any more', async () => {
    const { host, hostname, port } = new URL(await url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /much HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await new Promise((resolve) => socket.once('readable', resolve));
    const before = stopped;
    await until(() => stopped === before + 1, 'it is let go');
    await allThere();
    socket.destroy();
  });

  test('is not taken by a client that left while it waited', async () => {
    const gone = new AbortController();
    const asked = fetch(`${await url}/late`, { signal: gone.signal });
    await until(() => waiting === 1, 'it waits');
    const disconnected = new Promise((resolve) => app.server.once('request', resolve));
    gone.abort();
    await assert.rejects(asked);
    // The server hears of it before it hears of the next one.
    await (await fetch(`${await url}/healthz`)).text();
    await disconnected;
    goOn();
    await allThere();
  });

  test('comes back where what should be shown cannot be shown', async () => {
    await assert.rejects(fetch(`${await url}/broken`).then((response) => response.text()));
    await allThere();
    bad = false;
    (await openStream(`${await url}/broken`)).close();
  });
});
