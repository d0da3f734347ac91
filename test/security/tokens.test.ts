import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { get, type Answer } from '../harness/api/client.js';

const READ: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };
const LIMIT = 5;

let bench: ApiBench;
let ns: string;
before(async () => {
  bench = await openApi({
    authentication: { kind: 'kubernetes', audiences: ['serinus'] },
    limits: { requests: 0, changes: 0, logins: LIMIT },
  });
  ns = bench.world.namespace;
});
after(() => bench.close());

const list = (token: string): Promise<Answer> => get(bench.app, `/api/v1/canaries?namespace=${ns}`, bearer(token));
const wrong = (): Promise<Answer> => list(`wrong-${randomUUID()}`);

describe('many wrong tokens from one address', () => {
  test('are slowed down, and keep nobody out who has a valid one', async () => {
    const known = await account(bench.world.client, ns, 'known', [READ]);
    const fresh = await account(bench.world.client, ns, 'fresh', [READ]);
    assert.equal((await list(known)).status, 200);
    for (let i = 0; i < LIMIT; i += 1) assert.equal((await wrong()).status, 401);
    for (let i = 0; i < 3; i += 1) {
      const answer = await wrong();
      assert.deepEqual([answer.status, answer.body['type']], [429, '/problems/rate-limited']);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
    }
    assert.equal((await list(known)).status, 200, 'somebody who was here before');
    assert.equal((await list(fresh)).status, 200, 'somebody who is new');
  });

  test('are refused at once where they come faster than they are looked at, but for who was here before', async () => {
    const known = await account(bench.world.client, ns, 'regular', [READ]);
    assert.equal((await list(known)).status, 200);
    for (let i = 0; i < LIMIT; i += 1) await wrong();
    const flood = Array.from({ length: 60 }, () => wrong());
    const began = performance.now();
    assert.equal((await list(known)).status, 200);
    assert.ok(performance.now() - began < 10_000, 'it has not waited behind them');
    const answers = await Promise.all(flood);
    assert.ok(answers.every(({ status }) => status === 429));
    const refused = answers.filter(({ body }) => /never seen before/.test(String(body['detail'])));
    assert.ok(refused.length >= 39, `${refused.length} were refused unseen`);
  });
});
