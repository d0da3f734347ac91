import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { temporalClient } from '../../src/temporal/connection.js';
import { until } from '../harness/until.js';

/** More than the first few, which any pause that grows begins with. */
const ATTEMPTS = 8;

test('a Temporal that is away is looked for about once a second, however long it has been', async (t) => {
  const at: number[] = [];
  const server = createServer((socket) => {
    at.push(performance.now());
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { connection } = temporalClient({ address: `127.0.0.1:${address.port}` });
  t.after(() => connection.close());
  await until(() => !connection.isReady && at.length >= ATTEMPTS, 'it is looked for again and again', 60_000);
  const gaps = at
    .slice(1)
    .map((one, i) => one - (at[i] ?? one))
    .sort((a, b) => a - b);
  // gRPC adds a fifth of chance; a busy machine makes some of them longer.
  const median = gaps[Math.floor(gaps.length / 2)] ?? Infinity;
  assert.ok(median < 2_400, `it is looked for every ${median} ms`);
});
