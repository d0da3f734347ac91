import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { closeInTime } from '../../src/api/closing.js';
import { until } from '../harness/until.js';
import { offlineApi } from '../harness/api/offline.js';

/** Well below the 72 s for which an idle connection is kept open otherwise. */
const SOON_MS = 10_000;

describe('an API that is told to stop', () => {
  const agent = new http.Agent({ keepAlive: true });
  after(() => agent.destroy());

  test('answers what is under way, and doesn’t wait for clients that keep their connections', async () => {
    const { app, close } = offlineApi();
    let answer: () => void = () => undefined;
    let asked = false;
    app.get('/slow', { config: { public: true } }, async () => {
      asked = true;
      await new Promise<void>((resolve) => (answer = resolve));
      return { late: true };
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const request = http.get(`${url}/slow`, { agent });
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    await until(() => asked, 'the request is under way');

    const closed = close().then(() => Date.now());
    const began = Date.now();
    answer();
    const [response] = await answered;
    assert.equal(response.statusCode, 200);
    response.resume();
    assert.ok((await closed) - began < SOON_MS);
  });

  test('doesn’t wait for a connection that nothing has been asked on', async () => {
    const { app, close } = offlineApi();
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const silent = net.connect(Number(url.port), url.hostname);
    after(() => silent.destroy());
    await once(silent, 'connect');
    // Its connection is known when that of a later client has been answered.
    await fetch(new URL('/healthz', url));

    const began = Date.now();
    await close();
    assert.ok(Date.now() - began < SOON_MS);
  });

  test('cuts off what doesn’t end', async () => {
    const { app, close } = offlineApi();
    closeInTime(app, 200);
    let asked = false;
    app.get('/never', { config: { public: true } }, () => {
      asked = true;
      return new Promise<never>(() => undefined);
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const cutOff = assert.rejects(fetch(`${url}/never`));
    await until(() => asked, 'the request is under way');

    const began = Date.now();
    await close();
    await cutOff;
    assert.ok(Date.now() - began < SOON_MS);
  });
});
