import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Release } from '../../src/api/schema/release.js';
import type { Accepted } from '../../src/api/schema/requests.js';
import { CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';

let bench: ApiBench;
before(async () => void (bench = await openApi()));
after(() => bench.close());

const pathOf = (name: string): string => `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`;

async function post(name: string, payload: object, headers: Record<string, string> = {}, app = bench.app) {
  const response = await app.inject({ method: 'POST', url: pathOf(name), payload, headers });
  return { status: response.statusCode, headers: response.headers, body: response.json<Record<string, unknown>>() };
}

async function release(id: string): Promise<Release> {
  const response = await bench.app.inject({ url: `/api/v1/rollouts/${id}` });
  return response.json<Release>();
}

async function ended(id: string): Promise<Release> {
  await until(async () => (await release(id)).ended, `${id} ends`);
  return release(id);
}

describe('starting a rollout', () => {
  test('changes the image of the target and nothing else, and has it released', async () => {
    const { name } = await bench.world.canary();
    const before = await bench.world.target(name);
    const { status, headers, body } = await post(name, {
      images: { app: 'podinfo:6.0.1' },
      reason: 'fixes',
      by: 'alice',
    });
    assert.equal(status, 202, JSON.stringify(body));
    const answer = body as unknown as Accepted;
    assert.equal(headers['location'], answer.location);
    assert.equal(answer.location, `/api/v1/releases/${answer.id}`);
    assert.match(answer.id, new RegExp(`^${bench.world.namespace}\\.${name}\\.[0-9a-f-]{36}$`));
    assert.equal(answer.verdict, 'started');
    assert.deepEqual(answer.canary, { namespace: bench.world.namespace, name });
    assert.equal(await bench.world.image(name), 'podinfo:6.0.1');
    assert.equal(answer.revision, await bench.world.hash(name));

    const after = await bench.world.target(name);
    const { template: _before, ...specBefore } = before['spec'] as Record<string, unknown>;
    const { template: _after, ...specAfter } = after['spec'] as Record<string, unknown>;
    assert.deepEqual(specAfter, specBefore);
    const managers = (after.metadata.managedFields ?? []).map((field) => field.manager);
    assert.ok(managers.includes('serinus-api'), managers.join(', '));

    const result = await ended(answer.id);
    assert.equal(result.outcome, 'promoted');
    assert.equal(result.revision, answer.revision);
    assert.deepEqual(
      [result.cause?.kind, result.cause?.by, result.cause?.reason],
      ['request', 'alice (unverified)', 'fixes'],
    );
    assert.equal(result.triggeredBy, 'alice (unverified)');
    assert.ok(result.record.some((entry) => entry.what === 'weight' && entry['canary'] === 25));
    assert.ok(!Number.isNaN(Date.parse(result.record[0]?.at ?? '')));
  });

  test('takes a patch of the pod template', async () => {
    const { name } = await bench.world.canary();
    const patch = { spec: { template: { metadata: { annotations: { 'example.org/try': '2' } } } } };
    const { status, body } = await post(name, { patch, reason: 'once more' });
    assert.equal(status, 202, JSON.stringify(body));
    const template = ((await bench.world.target(name))['spec'] as { template: { metadata: object } }).template;
    assert.deepEqual((template.metadata as { annotations: object }).annotations, { 'example.org/try': '2' });
    assert.equal((await ended(body['id'] as string)).outcome, 'promoted');
  });

  test('refuses a Canary that does not exist', async () => {
    const { status, body } = await post('nobody', { images: { app: 'podinfo:6.0.1' } });
    assert.equal(status, 404);
    assert.equal(body['type'], '/problems/unknown-canary');
    assert.equal(body['detail'], `there is no Canary "nobody" in namespace "${bench.world.namespace}"`);
    assert.equal(body['instance'], pathOf('nobody'));
  });

  test('refuses a container that does not exist, and names those that do', async () => {
    const { name } = await bench.world.canary();
    const { status, body } = await post(name, { images: { podinfod: 'podinfo:6.0.1' } });
    assert.equal(status, 422);
    assert.equal(body['type'], '/problems/unknown-container');
    assert.equal(body['field'], 'images.podinfod');
    assert.equal(body['value'], 'podinfo:6.0.1');
    assert.match(String(body['remedy']), /: app$/);
    assert.equal(await bench.world.image(name), 'podinfo:6.0.0');
  });

  test('refuses what the API server refuses, and says why', async () => {
    const { name } = await bench.world.canary();
    const patch = { spec: { template: { metadata: { labels: { app: 'another' } } } } };
    const { status, body } = await post(name, { patch });
    assert.equal(status, 422);
    assert.equal(body['type'], '/problems/refused-by-kubernetes');
    assert.match(String(body['detail']), /selector/);
  });

  test('refuses when there is nothing to release', async () => {
    const { name } = await bench.world.canary();
    const { status, body } = await post(name, { images: { app: 'podinfo:6.0.0' } });
    assert.equal(status, 409);
    assert.equal(body['type'], '/problems/nothing-to-release');
    assert.match(String(body['detail']), /it is promoted/);
  });

  test('refuses the revision whose release has failed, and says how to try again', async () => {
    const { name, fake } = await bench.world.canary();
    fake.analysis = () => ({
      hooks: [],
      metrics: [{ metric: 'success', ok: false, value: 1, min: 99, message: 'bad' }],
    });
    const first = await post(name, { images: { app: 'podinfo:6.0.2' } });
    assert.equal((await ended(first.body['id'] as string)).outcome, 'rolled-back');
    await until(async () => (await bench.deps.cache.get(CANARIES, bench.world.namespace, name)) !== undefined, 'seen');
    const { status, body } = await post(name, { images: { app: 'podinfo:6.0.2' } });
    assert.equal(status, 409);
    assert.equal(body['type'], '/problems/nothing-to-release');
    assert.match(String(body['detail']), /has failed/);
    assert.match(String(body['remedy']), /annotation/);
  });

  test('refuses a suspended Canary, one with an invalid spec, and one without a target', async () => {
    const suspended = await bench.world.canary({ spec: { suspend: true } });
    const image = { images: { app: 'podinfo:6.0.1' } };
    assert.equal((await post(suspended.name, image)).body['type'], '/problems/canary-suspended');
    const invalid = await bench.world.canary({ spec: { provider: 'gloo' } });
    const refused = await post(invalid.name, image);
    assert.equal(refused.body['type'], '/problems/canary-invalid');
    assert.match(String(refused.body['detail']), /spec\.provider/);
    const orphan = await bench.world.canary();
    await bench.world.client.delete(DEPLOYMENTS, bench.world.namespace, orphan.name);
    const missing = await post(orphan.name, image);
    assert.deepEqual([missing.status, missing.body['type']], [409, '/problems/target-missing']);
    for (const { name } of [suspended, invalid]) assert.equal(await bench.world.image(name), 'podinfo:6.0.0');
  });
});

describe('a rollout while a release is under way', () => {
  test('is refused, and says which release it is and what the policy does', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const first = await post(name, { images: { app: 'podinfo:6.0.1' } });
    await until(async () => (await release(first.body['id'] as string)).weight === 25, 'weight 25');
    const { status, body } = await post(name, { images: { app: 'podinfo:6.0.2' } });
    assert.equal(status, 409);
    assert.equal(body['type'], '/problems/release-under-way');
    assert.deepEqual(body['release'], {
      id: first.body['id'],
      revision: first.body['revision'],
      phase: 'Progressing',
      weight: 25,
    });
    assert.match(String(body['detail']), /phase Progressing, weight 25/);
    assert.match(String(body['remedy']), /"ifUnderWay": "restart".*analysis then starts anew/);
    assert.equal(await bench.world.image(name), 'podinfo:6.0.1', 'the target is left alone');
  });

  test('restarts the analysis where that is asked for', async () => {
    const { name, fake } = await bench.world.canary({ intervalSeconds: 600 });
    const first = await post(name, { images: { app: 'podinfo:6.0.1' } });
    await until(() => fake.weights.canary === 25, 'weight 25');
    fake.policy = { ...fake.policy, generation: 2, intervalSeconds: 0.1 };
    const second = await post(name, { images: { app: 'podinfo:6.0.2' }, ifUnderWay: 'restart', by: 'bob' });
    assert.equal(second.status, 202, JSON.stringify(second.body));
    assert.equal(second.body['verdict'], 'restarts');
    assert.equal(second.body['id'], first.body['id'], 'it is the same run');
    const result = await ended(first.body['id'] as string);
    assert.equal(result.outcome, 'promoted');
    assert.equal(result.revision, second.body['revision']);
    assert.deepEqual(fake.weightsSeen, [25, 0, 25, 50, 0]);
    assert.equal(result.cause?.by, 'bob (unverified)');
  });

  test('is refused for a change that somebody has just made and nobody has started yet', async () => {
    const { name } = await bench.world.canary();
    await bench.world.setImage(name, 'podinfo:6.0.1');
    const { status, body } = await post(name, { images: { app: 'podinfo:6.0.2' } });
    assert.equal(status, 409, JSON.stringify(bench.log.at(-1)));
    assert.equal(body['type'], '/problems/release-under-way');
    assert.match(String(body['detail']), /about to begin/);
    const same = await post(name, { images: { app: 'podinfo:6.0.1' } });
    assert.equal(same.status, 202, 'the very same is taken over');
    assert.equal((await ended(same.body['id'] as string)).outcome, 'promoted');
  });

  test('of two at once through two processes, one is taken', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const other = bench.another();
    const answers = await Promise.all([
      post(name, { images: { app: 'podinfo:6.0.1' } }),
      post(name, { images: { app: 'podinfo:6.0.2' } }, {}, other),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409]);
    const taken = answers.find(({ status }) => status === 202);
    assert.equal(await bench.world.hash(name), taken?.body['revision']);
  });
});

describe('an Idempotency-Key', () => {
  test('used twice at once is one request', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const headers = { 'idempotency-key': randomUUID() };
    const body = { images: { app: 'podinfo:6.0.1' } };
    const [a, b] = await Promise.all([post(name, body, headers), post(name, body, headers)]);
    assert.deepEqual([a.status, b.status], [202, 202]);
    assert.deepEqual(a.body, b.body);
    assert.equal((await bench.world.target(name)).metadata.generation, 2);
  });

  test('gives the same answer through another process, while the release is under way and after it has ended', async () => {
    const { name } = await bench.world.canary();
    const headers = { 'idempotency-key': `job/${randomUUID()}` };
    const body = { images: { app: 'podinfo:6.0.1' } };
    const first = await post(name, body, headers);
    assert.equal(first.status, 202);
    const during = await post(name, body, headers, bench.another());
    assert.deepEqual([during.status, during.body], [202, first.body]);
    await ended(first.body['id'] as string);
    const after = await post(name, body, headers, bench.another());
    assert.deepEqual([after.status, after.body], [202, first.body]);

    const next = await post(name, { images: { app: 'podinfo:6.0.2' } });
    await ended(next.body['id'] as string);
    const much = bench.another();
    await until(async () => {
      const later = await post(name, body, headers, much);
      return later.status === 202 && later.body['id'] === first.body['id'];
    }, 'found by what Temporal has indexed');
    assert.equal(await bench.world.image(name), 'podinfo:6.0.2', 'nothing was done again');
  });

  test('is not for two different requests', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const headers = { 'idempotency-key': randomUUID() };
    await post(name, { images: { app: 'podinfo:6.0.1' } }, headers);
    const { status, body } = await post(name, { images: { app: 'podinfo:6.0.2' } }, headers);
    assert.equal(status, 422);
    assert.equal(body['type'], '/problems/idempotency-key-reused');
    assert.equal(body['field'], 'Idempotency-Key');
  });

  test('of a request that was refused can be used again', async () => {
    const { name } = await bench.world.canary();
    const headers = { 'idempotency-key': randomUUID() };
    assert.equal((await post(name, { images: { app: 'podinfo:6.0.0' } }, headers)).status, 409);
    assert.equal((await post(name, { images: { app: 'podinfo:6.0.1' } }, headers)).status, 202);
  });
});

describe('the history', () => {
  test('lists releases, newest first, page by page; what released nothing only when asked', async () => {
    const { name } = await bench.world.canary();
    const ids: string[] = [];
    for (const tag of ['6.0.1', '6.0.2', '6.0.3']) {
      const { body } = await post(name, { images: { app: `podinfo:${tag}` }, by: tag });
      ids.push(body['id'] as string);
      await ended(body['id'] as string);
    }
    const canary = { cluster: bench.cluster, namespace: bench.world.namespace, name };
    const nothing = await bench.deps.submissions.submit(canary, { id: randomUUID(), kind: 'drift', by: 'test' });
    await ended(`${bench.world.namespace}.${name}.${nothing.runId}`);
    const get = async (query: string) => {
      const response = await bench.app.inject({ url: `${pathOf(name)}?${query}` });
      return response.json<{
        items: { id: string; outcome?: string; triggeredBy: string }[];
        nextPageToken?: string;
      }>();
    };
    await until(async () => (await get('all=true')).items.length === 4, 'all are indexed');
    const first = await get('limit=2');
    assert.deepEqual(
      first.items.map(({ id }) => id),
      [ids[2], ids[1]],
    );
    assert.deepEqual(
      first.items.map(({ outcome }) => outcome),
      ['promoted', 'promoted'],
    );
    assert.equal(first.items[0]?.triggeredBy, '6.0.3 (unverified)');
    const second = await get(`limit=2&pageToken=${first.nextPageToken}`);
    assert.deepEqual(
      second.items.map(({ id }) => id),
      [ids[0]],
    );
    const all = await get('all=true');
    assert.equal(all.items.filter(({ outcome }) => outcome === 'reconciled').length, 1);
  });

  test('of a Canary that never was is not found', async () => {
    const response = await bench.app.inject({ url: pathOf('nobody') });
    assert.equal(response.statusCode, 404);
  });
});
