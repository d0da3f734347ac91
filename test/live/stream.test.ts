import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, describe, test } from 'node:test';
import { EventStream } from '../../src/api/live/sse.js';
import { Streams } from '../../src/api/live/streams.js';
import { Problem } from '../../src/api/problems/problem.js';
import { offlineApi } from '../harness/api/offline.js';
import { openStream } from '../harness/api/stream.js';
import { until } from '../harness/until.js';

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
    const limits = { streams: 1, heartbeatMs: 10, admitMs: 20, patienceMs: 1_000 };
    let open: Streams | undefined;
    let looks = 0;
    let refusal: Error | undefined;
    let stopped = 0;
    app.after(() => {
      const streams = new Streams(app, { info() {}, warn() {}, error() {}, debug() {} }, limits);
      open = streams;
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
    assert.doesNotThrow(() => open?.demandRoom());
  });
});
