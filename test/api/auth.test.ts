import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeClient } from '../../src/kube/client.js';
import { account as accountIn, bearer, ROLE_BINDINGS, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ended, get, ordersIn, post, releaseIs, type Answer } from '../harness/api/client.js';

const READ: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };
const START: Rule = { resources: ['canaries/rollouts'], verbs: ['create'] };

let bench: ApiBench;
let client: KubeClient;
let ns: string;
before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  client = bench.world.client;
  ns = bench.world.namespace;
});
after(() => bench.close());

const account = (name: string, rules: readonly Rule[], audience?: string): Promise<string> =>
  accountIn(client, ns, name, rules, audience);

const rollouts = (name: string): string => `/api/v1/namespaces/${ns}/canaries/${name}/rollouts`;
const IMAGE = { images: { app: 'podinfo:6.0.1' } };

function assertRefused(answer: Answer, status: 401 | 403, what: string): void {
  assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`);
  assert.equal(answer.body['type'], status === 401 ? '/problems/unauthenticated' : '/problems/forbidden', what);
  assert.equal(answer.headers['serinus-authentication'], 'kubernetes');
  if (status === 401) assert.equal(answer.headers['www-authenticate'], 'Bearer');
}

describe('with tokens checked', () => {
  test('nothing of the API is told to who has none, a wrong one, or one meant for somebody else', async () => {
    const { name } = await bench.world.canary();
    const foreign = await account('foreign', [READ, START], 'https://elsewhere.example');
    const id = `${ns}.${name}.11111111-1111-4111-8111-111111111111`;
    const headers: [string, Record<string, string>][] = [
      ['no token', {}],
      ['a wrong token', bearer('wrong')],
      ['another scheme', { authorization: 'Basic YTpi' }],
      ['a token for somebody else', bearer(foreign)],
    ];
    for (const [what, header] of headers) {
      assertRefused(await get(bench.app, '/api/v1/canaries', header), 401, what);
      assertRefused(await get(bench.app, `/api/v1/namespaces/${ns}/canaries/${name}`, header), 401, what);
      assertRefused(await get(bench.app, rollouts(name), header), 401, what);
      assertRefused(await post(bench.app, rollouts(name), IMAGE, header), 401, what);
      assertRefused(await post(bench.app, rollouts('nobody'), '{', header), 401, what);
      assertRefused(await get(bench.app, `/api/v1/rollouts/${id}`, header), 401, what);
      assertRefused(await post(bench.app, `/api/v1/rollouts/${id}/abort`, {}, header), 401, what);
    }
    assert.equal(await bench.world.image(name), 'podinfo:6.0.0');
  });

  test('a right token without rights is refused, and says which right is missing', async () => {
    const token = await account('nobody', []);
    const { name } = await bench.world.canary();
    const answer = await get(bench.app, `/api/v1/namespaces/${ns}/canaries/${name}`, bearer(token));
    assertRefused(answer, 403, 'no rights');
    assert.equal(
      answer.body['detail'],
      `system:serviceaccount:${ns}:nobody may not get canaries.flagger.app "${name}" in namespace "${ns}"`,
    );
  });

  test('each right allows just what it says, and the verified name is the one that counts', async () => {
    const { name, fake } = await bench.world.canary({ intervalSeconds: 600 });
    const reader = await account('reader', [READ]);
    const starter = await account('starter', [READ, START]);
    const pauser = await account('pauser', [{ resources: ['canaries/pause', 'canaries/weight'], verbs: ['update'] }]);
    const aborter = await account('aborter', [{ resources: ['canaries/abort'], verbs: ['update'] }]);

    assert.equal((await get(bench.app, `/api/v1/canaries?namespace=${ns}`, bearer(reader))).status, 200);
    assertRefused(await get(bench.app, '/api/v1/canaries', bearer(reader)), 403, 'all namespaces');
    assert.equal((await get(bench.app, rollouts(name), bearer(reader))).status, 200);
    assertRefused(await post(bench.app, rollouts(name), IMAGE, bearer(reader)), 403, 'reader starts');
    assertRefused(await post(bench.app, rollouts('nobody'), IMAGE, bearer(reader)), 403, 'before it is looked up');
    assert.equal((await post(bench.app, rollouts('nobody'), IMAGE, bearer(starter))).status, 404);

    const started = await post(bench.app, rollouts(name), { ...IMAGE, by: 'the boss' }, bearer(starter));
    assert.equal(started.status, 202, JSON.stringify(started.body));
    const id = String(started.body['id']);
    const app = {
      inject: (options: object) => bench.app.inject({ ...options, headers: bearer(reader) }),
    } as typeof bench.app;
    await releaseIs(app, id, ({ weight }) => weight === 25, 'weight 25');
    assert.equal(fake.weights.canary, 25);

    const order = (word: string, token: string, payload: object = {}): Promise<Answer> =>
      post(bench.app, `/api/v1/rollouts/${id}/${word}`, payload, bearer(token));
    assertRefused(await order('abort', pauser), 403, 'pauser aborts');
    assertRefused(await order('pause', starter), 403, 'starter pauses');
    assertRefused(await get(bench.app, `/api/v1/rollouts/${id}`, bearer(pauser)), 403, 'pauser reads');
    assert.equal((await order('pause', pauser)).status, 200);
    assert.equal((await order('weight', pauser, { weight: 30 })).status, 200);
    assert.equal((await order('abort', aborter, { by: 'the boss' })).status, 200);
    const result = await ended(app, id);
    const actor = (who: string): string => `system:serviceaccount:${ns}:${who}`;
    assert.equal(result.cause?.by, actor('starter'));
    assert.deepEqual(
      ordersIn(result).map((entry) => entry.by),
      [actor('pauser'), actor('pauser'), actor('aborter')],
    );
  });

  test('refusals are in the log, tokens never', async () => {
    const token = await account('curious', []);
    await get(bench.app, `/api/v1/canaries?namespace=${ns}&token=${token}`, bearer(token));
    const line = bench.log.findLast((one) => one['audit'] === 'refused');
    assert.deepEqual(
      [line?.['status'], line?.['user'], line?.['method'], line?.['path']],
      [403, `system:serviceaccount:${ns}:curious`, 'GET', '/api/v1/canaries'],
    );
    assert.ok(!JSON.stringify(bench.log).includes(token));
  });

  test('answers are remembered for a while, by the token’s digest', async () => {
    const token = await account('frequent', [READ]);
    for (let i = 0; i < 3; i += 1) {
      assert.equal((await get(bench.app, `/api/v1/canaries?namespace=${ns}`, bearer(token))).status, 200);
    }
    await client.delete(ROLE_BINDINGS, ns, 'frequent');
    const remembered = await get(bench.app, `/api/v1/canaries?namespace=${ns}`, bearer(token));
    assert.equal(remembered.status, 200, 'still remembered');
    const fresh = bench.another();
    assertRefused(await get(fresh, `/api/v1/canaries?namespace=${ns}`, bearer(token)), 403, 'asked anew');
  });

  test('what the process itself tells is open', async () => {
    for (const url of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/json']) {
      assert.equal((await bench.app.inject({ url })).statusCode, 200, url);
    }
    const document = (await get(bench.app, '/openapi.json')).body;
    assert.deepEqual(document['security'], [{ kubernetes: [] }]);
  });

  test('hosts don’t matter', async () => {
    const { status } = await get(bench.app, '/api/v1/canaries', { host: 'serinus.example' });
    assert.equal(status, 401);
  });
});
