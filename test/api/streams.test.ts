import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { STREAM_LIMITS } from '../../src/api/live/streams.js';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { openStream, type OpenStream } from '../harness/api/stream.js';
import { until } from '../harness/until.js';

const READ: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };

let bench: ApiBench;
let url: string;
before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  url = await bench.app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => bench.close());

const fleet = (): string => `${url}/api/v1/stream?namespace=${bench.world.namespace}`;
const one = (name: string): string => `${url}/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/stream`;

describe('streams of two users', () => {
  test('one takes all that one may have, and the other still gets theirs', async (t) => {
    const { client, namespace } = bench.world;
    const greedy = bearer(await account(client, namespace, 'greedy', [READ]));
    const modest = bearer(await account(client, namespace, 'modest', [READ]));
    const { name } = await bench.world.canary();
    const open: OpenStream[] = [];
    t.after(() => open.forEach((stream) => stream.close()));
    const opened = async (path: string, who: Record<string, string>): Promise<void> =>
      void open.push(await openStream(path, who));

    for (let i = 0; i < STREAM_LIMITS.ofOne; i += 1) await opened(fleet(), greedy);
    for (const path of [fleet(), one(name)]) {
      const refused = await fetch(path, { headers: greedy });
      assert.equal(refused.status, 429);
      assert.ok(Number(refused.headers.get('retry-after')) >= 1);
      const { type, detail } = (await refused.json()) as { type: string; detail: string };
      assert.equal(type, '/problems/rate-limited');
      const user = `system:serviceaccount:${namespace}:greedy`;
      assert.equal(detail, `${user} has ${STREAM_LIMITS.ofOne} streams open, which is as many as one may have`);
    }
    await opened(fleet(), modest);
    await opened(one(name), modest);
    await until(() => open.at(-1)?.data('release').length === 1, 'the other sees it');

    open.shift()?.close();
    await until(async () => (await fetch(fleet(), { headers: greedy })).status === 200, 'a place is free again');
  });

  test('are bounded well below what there is for all', () => {
    assert.ok(STREAM_LIMITS.ofOne * 5 <= STREAM_LIMITS.streams);
  });
});
