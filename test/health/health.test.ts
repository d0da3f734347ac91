import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import axios from 'axios';
import { Health } from '../../src/health.js';

const http = axios.create({ validateStatus: () => true, responseType: 'text', proxy: false });

async function serve(t: TestContext, health: Health): Promise<string> {
  const server = await health.listen('127.0.0.1', 0);
  t.after(() => server.close());
  return server.url;
}

test('a process is ready when all its parts are, and runs all the time', async (t) => {
  const health = new Health();
  const worker = health.expect('worker');
  const watch = health.expect('watch');
  const url = await serve(t, health);
  const readiness = async (): Promise<[number, string]> => {
    const { status, data } = await http.get<string>(`${url}/readyz`);
    assert.equal((await http.get(`${url}/healthz`)).status, 200);
    return [status, data];
  };

  assert.deepEqual(await readiness(), [503, 'not ready: worker, watch']);
  worker(() => true);
  assert.deepEqual(await readiness(), [503, 'not ready: watch']);
  let synced = true;
  watch(() => synced);
  assert.deepEqual(await readiness(), [200, 'OK']);
  synced = false;
  assert.deepEqual(await readiness(), [503, 'not ready: watch']);
});

test('metrics of the process are there for Prometheus', async (t) => {
  const url = await serve(t, new Health());
  const { status, data, headers } = await http.get<string>(`${url}/metrics`);
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(data, /^process_resident_memory_bytes \d/m);
  assert.match(data, /^nodejs_eventloop_lag_p99_seconds \d/m);
});

test('anything else is refused', async (t) => {
  const url = await serve(t, new Health());
  assert.equal((await http.get(`${url}/`)).status, 404);
  assert.equal((await http.get(`${url}/healthz/more`)).status, 404);
  assert.equal((await http.post(`${url}/healthz`)).status, 405);
  assert.equal((await http.get(`${url}/healthz?from=probe`)).status, 200);
});

test('a port that is taken is an error, not silence', async (t) => {
  const url = await serve(t, new Health());
  await assert.rejects(new Health().listen('127.0.0.1', Number(new URL(url).port)), /EADDRINUSE/);
});
