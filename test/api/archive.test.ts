import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import type { Archive } from '../../src/archive/port.js';
import { archiveOf } from '../../src/archive/registry.js';
import { TransientError } from '../../src/errors.js';
import { chunk, MINUTE, release, START } from '../archive/fixtures.js';
import { until } from '../harness/until.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ended, get, post, type Body } from '../harness/api/client.js';

let bench: ApiBench;
let app: App;
let archive: Archive;
let scratch: string;
const more: App[] = [];
const over = (other: Archive | undefined): App => {
  const api = buildApi({ ...bench.deps, archive: other }, bench.client, {
    authentication: { kind: 'none' },
    version: 'test',
  });
  more.push(api);
  return api;
};

before(async () => {
  bench = await openApi();
  scratch = await mkdtemp(join(tmpdir(), 'serinus-api-archive-'));
  const opened = archiveOf(`sqlite://${scratch}/archive.db`)?.open();
  assert.ok(opened);
  archive = opened;
  app = over(archive);
});
after(async () => {
  await Promise.all(more.map((api) => api.close()));
  await archive.close();
  await bench.close();
  await rm(scratch, { recursive: true, force: true });
});

/** A release of this test's cluster that only the archive knows. */
const kept = (minutes: number, fields = {}) => release(minutes, { cluster: bench.cluster, ...fields });
const items = (body: Body): Body[] => body['items'] as Body[];
const ids = (body: Body): unknown[] => items(body).map(({ id }) => id);

async function rolledOut(tag: string): Promise<{ name: string; id: string }> {
  const { name } = await bench.world.canary({ intervalSeconds: 600 });
  const { body } = await post(app, `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`, {
    images: { app: `podinfo:${tag}` },
    by: 'anna',
  });
  return { name, id: String(body['id']) };
}

describe('a release that Temporal has forgotten', () => {
  test('is returned whole by the archive, wherever it is asked for', async () => {
    const one = kept(1, {
      recordLength: 3,
      runs: [randomUUID(), randomUUID()],
      templates: { after: { secret: 'no' } },
    });
    await archive.putChunk(chunk(one, 0, 2));
    await archive.putRelease(one);
    for (const run of one.runs) {
      for (const path of ['releases', 'rollouts']) {
        const { status, body } = await get(app, `/api/v1/${path}/shop.cart.${run}`);
        assert.equal(status, 200);
        const { id, source, outcome, ended, recordDropped, canary } = body;
        assert.deepEqual(
          { id, source, outcome, ended, recordDropped, canary },
          {
            id: one.id,
            source: 'archive',
            outcome: 'promoted',
            ended: true,
            recordDropped: 1,
            canary: { namespace: 'shop', name: 'cart' },
          },
        );
        assert.deepEqual(
          (body['record'] as Body[]).map(({ message }) => message),
          ['entry 0', 'entry 1'],
        );
        assert.ok(!JSON.stringify(body).includes('secret'), 'templates are not in it');
      }
    }
    const order = await post(app, `/api/v1/rollouts/${one.id}/abort`, {});
    assert.equal(order.status, 404, 'it takes no orders');
  });

  test('is unknown to another cluster, and without an archive', async () => {
    const one = kept(1, { cluster: 'elsewhere', name: randomUUID() });
    await archive.putRelease(one);
    assert.equal((await get(app, `/api/v1/releases/${one.id}`)).status, 404);
    assert.equal((await get(bench.app, `/api/v1/releases/${one.id}`)).status, 404);
  });
});

describe('the list', () => {
  test('has what is under way first, then what has ended, in the archive or in Temporal, none twice', async () => {
    const open = await rolledOut('6.0.1');
    const { id: closed, name } = await rolledOut('6.0.2');
    await until(async () => (await get(app, `/api/v1/rollouts/${closed}`)).body['phase'] === 'Progressing', 'it runs');
    await post(app, `/api/v1/rollouts/${closed}/abort`, { by: 'anna' });
    const aborted = await ended(app, closed);
    const old = kept(5, { namespace: bench.world.namespace, name: randomUUID() });
    await archive.putRelease(old);
    const query = `/api/v1/releases?namespace=${bench.world.namespace}`;
    // Temporal's list is a moment behind.
    await until(async () => {
      const found = items((await get(app, query)).body);
      return found.some(({ id, open }) => id === closed && open === false) && found.some(({ id }) => id === open.id);
    }, 'both are listed');
    const all = (await get(app, query)).body;
    assert.equal(new Set(ids(all)).size, ids(all).length);
    const at = (id: unknown): number => ids(all).indexOf(id);
    assert.ok(at(open.id) < at(closed) && at(closed) < at(old.id), String(ids(all)));
    assert.deepEqual(items(all)[at(open.id)]?.['images'], ['podinfo:6.0.1']);
    assert.equal(items(all)[at(open.id)]?.['open'], true);
    assert.equal(items(all)[at(open.id)]?.['verdict'], undefined, 'it has not ended');
    const reported = items(all)[at(closed)];
    assert.match(String(reported?.['verdict']), /^Aborted by anna/);

    // Once it is in the archive, that one is listed, and not the run as well.
    await archive.putRelease(
      kept(0, {
        namespace: bench.world.namespace,
        name,
        runs: [closed.slice(closed.lastIndexOf('.') + 1)],
        outcome: 'aborted',
        reason: 'as the archive has it',
        startedAt: aborted.startedAt,
        endedAt: aborted.endedAt,
      }),
    );
    const again = (await get(app, query)).body;
    assert.deepEqual(new Set(ids(again)), new Set(ids(all)));
    assert.equal(ids(again).length, ids(all).length);
    assert.equal(items(again)[ids(again).indexOf(closed)]?.['reason'], 'as the archive has it');

    // Page by page it is the same.
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { status, body } = await get(app, `${query}&limit=2${cursor}`);
      assert.equal(status, 200);
      seen.push(...ids(body));
      cursor = body['nextCursor'] === undefined ? '' : `&cursor=${JSON.stringify(body['nextCursor']).slice(1, -1)}`;
    } while (cursor !== '');
    assert.deepEqual(seen, ids(again));

    assert.deepEqual(ids((await get(app, `${query}&outcome=aborted`)).body), [closed]);
    assert.deepEqual(ids((await get(app, `${query}&image=podinfo:6.0.1`)).body), [open.id]);
    const byAnna = ids((await get(app, `${query}&actor=anna`)).body);
    assert.ok(byAnna.includes(open.id) && byAnna.includes(old.id));
    assert.deepEqual(ids((await get(app, `${query}&until=${new Date(START).toISOString()}`)).body), [old.id]);
  });

  test('without an archive it is what Temporal knows', async () => {
    const { status, body } = await get(bench.app, `/api/v1/releases?namespace=${bench.world.namespace}`);
    assert.equal(status, 200);
    assert.ok(items(body).length > 0);
  });
});

describe('export, figures and comparison', () => {
  test('the export has a line for each release, record and all, without templates', async () => {
    const name = `e-${randomUUID()}`;
    for (let n = 0; n < 50; n += 1) {
      const one = kept(n, { name, recordLength: 1, templates: { after: { hidden: true } } });
      await archive.putChunk(chunk(one, 0, 1));
      await archive.putRelease(one);
    }
    const answer = await app.inject({ url: `/api/v1/releases/export?name=${name}` });
    assert.deepEqual([answer.statusCode, answer.headers['content-type']], [200, 'application/jsonl']);
    const lines = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Body);
    assert.equal(lines.length, 50);
    assert.ok(lines.every(({ record, templates }) => (record as unknown[]).length === 1 && templates === undefined));
    const none = await app.inject({ url: `/api/v1/releases/export?name=nobody` });
    assert.deepEqual([none.statusCode, none.body], [200, '']);
  });

  test('the figures of delivery are those of the releases of the time', async () => {
    const name = `d-${randomUUID()}`;
    const commitTime = new Date(START).toISOString();
    await archive.putRelease(kept(60, { name, commitTime }));
    await archive.putRelease(kept(61, { name, outcome: 'rolled-back' }));
    const [since, end] = [START, START + 2 * 24 * 60 * MINUTE].map((ms) => new Date(ms).toISOString());
    const { body } = await get(app, `/api/v1/dora?name=${name}&since=${since}&until=${end}`);
    assert.deepEqual(body, {
      since,
      until: end,
      deploymentFrequency: { deployments: 1, perDay: 0.5 },
      changeFailureRate: { changes: 2, failed: 1, percent: 50 },
      timeToRestore: { count: 1, medianSeconds: 600 },
      leadTime: { count: 1, medianSeconds: 3600 },
    });
    assert.deepEqual((await get(app, `/api/v1/dora?name=${name}`)).body['deploymentFrequency'], {
      deployments: 0,
      perDay: 0,
    });
  });

  test('what a release changes is told apart from the release, where the archive has kept it', async () => {
    const difference = [{ path: 'spec.containers[cart].image', before: 'cart:1', after: 'cart:2' }];
    const one = kept(1, { templates: { difference } });
    await archive.putRelease(one);
    const { status, body } = await get(app, `/api/v1/releases/${one.id}/changes`);
    assert.equal(status, 200);
    assert.deepEqual(body, { template: [{ path: 'spec.containers[cart].image', a: 'cart:1', b: 'cart:2' }] });
    const bare = kept(1, {});
    await archive.putRelease(bare);
    assert.deepEqual((await get(app, `/api/v1/releases/${bare.id}/changes`)).body, {});
    assert.equal((await get(app, `/api/v1/releases/shop.cart.${randomUUID()}/changes`)).status, 404);
    assert.equal((await get(bench.app, `/api/v1/releases/${one.id}/changes`)).body['type'], '/problems/no-archive');
  });

  test('two releases are compared: templates by path, analyses by weight', async () => {
    const template = (image: string) => ({ spec: { containers: [{ name: 'cart', image }] } });
    const [a, b] = ['1', '2'].map((image) => kept(1, { recordLength: 1, templates: { after: template(image) } }));
    assert.ok(a && b);
    const analysis = (weight: number) => ({ at: START, what: 'analysis', weight, ok: true, hooks: [], metrics: [] });
    await archive.putChunk({ ...chunk(a, 0, 1), entries: [analysis(10), analysis(20)] });
    await archive.putChunk({ ...chunk(b, 0, 1), entries: [analysis(20)] });
    await archive.putRelease(a);
    await archive.putRelease(b);
    const { status, body } = await get(app, `/api/v1/releases/compare?a=${a.id}&b=${b.id}`);
    assert.equal(status, 200);
    assert.deepEqual(body['template'], [{ path: 'spec.containers[cart].image', a: '1', b: '2' }]);
    const windows = (body['windows'] as { weight: number; a: Body[]; b: Body[] }[]).map((window) => [
      window.weight,
      window.a.length,
      window.b.length,
    ]);
    assert.deepEqual(windows, [
      [10, 1, 0],
      [20, 1, 1],
    ]);
    assert.equal((await get(app, `/api/v1/releases/compare?a=${a.id}&b=shop.cart.${randomUUID()}`)).status, 404);
  });
});

describe('what is asked wrongly', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['releases?since=yesterday', 'since', /a time such as 2026-01-31T12:00:00Z or a day/],
    ['releases?limit=0', 'limit', /whole number from 1 to 200/],
    ['releases?outcome=good', 'outcome', /use one of promoted, /],
    ['releases?name=No%20Name', 'name', /the name of a Canary/],
    ['releases?page=2', 'page', /there is no such parameter/],
    ['releases?cursor=abc', 'cursor', /the nextCursor of the page before/],
    ['releases/export?limit=2', 'limit', /there is no such parameter/],
    ['releases/compare?a=shop.cart.0198c4c6-0000-4000-8000-000000000000', 'b', /name a release/],
    ['dora?since=2026-02-01&until=2026-01-01', 'since', /a time before until/],
  ];
  for (const [path, field, remedy] of cases) {
    test(path, async () => {
      const { status, body } = await get(app, `/api/v1/${path}`);
      assert.deepEqual([status, body['field']], [422, field], JSON.stringify(body));
      assert.match(String(body['remedy']), remedy);
    });
  }
});

describe('an archive that doesn’t answer', () => {
  const reason = 'the archive postgres://db/serinus can’t be used: it is down';
  const down = (): Archive => {
    const fail = () => Promise.reject(new TransientError(reason));
    return {
      store: 'postgres',
      putRelease: fail,
      putChunk: fail,
      get: fail,
      known: fail,
      list: fail,
      export: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }),
      prune: fail,
      check: fail,
      close: () => Promise.resolve(),
    };
  };

  test('is a 503 with the reason; releases that Temporal knows are reported all the same', async () => {
    const api = over(down());
    for (const path of ['releases', 'releases/export', 'dora', `releases/shop.cart.${randomUUID()}`]) {
      const { status, body } = await get(api, `/api/v1/${path}`);
      assert.deepEqual([status, body['type'], body['detail']], [503, '/problems/archive-unreachable', reason], path);
    }
    const { id } = await rolledOut('6.0.3');
    const { status, body } = await get(api, `/api/v1/releases/${id}`);
    assert.deepEqual([status, body['source']], [200, 'live']);
  });

  test('there being none is another thing', async () => {
    for (const path of ['releases/export', 'dora']) {
      const { status, body } = await get(bench.app, `/api/v1/${path}`);
      assert.deepEqual([status, body['type']], [501, '/problems/no-archive']);
      assert.match(String(body['remedy']), /--archive/);
    }
  });
});
