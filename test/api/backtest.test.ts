import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import type { Archive } from '../../src/archive/port.js';
import { archiveOf } from '../../src/archive/registry.js';
import { release, MINUTE, START } from '../archive/fixtures.js';
import { account, bearer } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { post, type Body } from '../harness/api/client.js';
import { writtenCanary } from '../simulation/fixtures.js';

let bench: ApiBench;
let app: App;
let guarded: App;
let archive: Archive;
let scratch: string;
const NAME = 'podinfo';

before(async () => {
  bench = await openApi();
  scratch = await mkdtemp(join(tmpdir(), 'serinus-api-backtest-'));
  const opened = archiveOf(`sqlite://${scratch}/archive.db`)?.open();
  assert.ok(opened);
  archive = opened;
  const deps = { ...bench.deps, archive };
  app = buildApi(deps, bench.client, { authentication: { kind: 'none' }, version: 'test' });
  guarded = buildApi(deps, bench.client, {
    authentication: { kind: 'kubernetes', audiences: ['serinus'] },
    version: 'test',
  });
  await keep({ minutes: 10, failed: 15, namespace: bench.world.namespace });
  await keep({ minutes: 30, failed: 3, namespace: bench.world.namespace });
  await keep({ minutes: 20, failed: 15, namespace: 'elsewhere' });
});
after(async () => {
  await app.close();
  await guarded.close();
  await archive.close();
  await bench.close();
  await rm(scratch, { recursive: true, force: true });
});

/** A release that was promoted after ten windows of a minute; in each so many of the canary's 600 requests failed. */
async function keep({ minutes, failed, namespace }: Readonly<{ minutes: number; failed: number; namespace: string }>) {
  const count = 10;
  const one = release(minutes, { cluster: bench.cluster, namespace, name: NAME, recordLength: count });
  const [canary, primary] = [
    { requests: 600, bad: failed },
    { requests: 5400, bad: 27 },
  ];
  const began = START + (minutes - count) * MINUTE;
  await archive.putChunk({
    ...{ version: 1, cluster: one.cluster, release: one.id, from: 0 },
    entries: Array.from({ length: count }, (_, i) => ({
      ...{ at: began + (i + 1) * MINUTE, what: 'analysis', weight: 10, ok: true, hooks: [], metrics: [] },
      judged: {
        ...{ verdict: 'WAIT', heard: true, windows: i + 1, says: 'not enough yet', metrics: [] },
        window: { from: began + i * MINUTE, to: began + (i + 1) * MINUTE },
        counts: { errors: { canary, primary } },
      },
    })) as never,
  });
  await archive.putRelease(one);
}

function policy(annotation: string | undefined) {
  return stringify(writtenCanary(annotation, 99));
}

const ask = (payload: object, headers: Record<string, string> = {}, api = app) =>
  post(api, '/api/v1/backtest', payload, headers);
const here = () => ({ manifest: policy('preset: quick'), namespace: bench.world.namespace, canary: NAME });
const items = (body: Body) => body['items'] as Body[];

describe('past releases are put through another policy', () => {
  test('which would have ended otherwise, and how much earlier', async () => {
    const { status, body } = await ask(here());
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body['namespace'], body['canary'], body['untested']], [bench.world.namespace, NAME, 0]);
    assert.deepEqual(
      items(body).map(({ was, wasAfter, end }) => [was, wasAfter, end]),
      [
        ['promoted', 600, 'promoted'],
        ['promoted', 600, 'rolled-back'],
      ],
    );
    const { seconds, later, says } = items(body)[1] ?? {};
    assert.ok(Number(seconds) <= 180 && later === Number(seconds) - 600, JSON.stringify(items(body)[1]));
    assert.match(String(says), /^errors: the canary is bad 5 times as often/);
  });

  test('as many as are asked for, and as late', async () => {
    const one = await ask({ ...here(), limit: 1 });
    assert.deepEqual(
      items(one.body).map(({ end }) => end),
      ['promoted'],
    );
    const late = await ask({ ...here(), since: new Date(START + 15 * MINUTE).toISOString() });
    assert.equal(items(late.body).length, 1);
    const another = await ask({ ...here(), canary: 'another' });
    assert.deepEqual(items(another.body), []);
  });

  test('what can’t be tested is refused by its field', async () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ ...here(), manifest: policy(undefined) }, /no policy to test/],
      [{ ...here(), manifest: 'kind: Service' }, /Canary/],
      [{ ...here(), manifest: `${policy('preset: quick')}---\n${policy('preset: quick')}` }, /several/],
      [{ ...here(), manifest: policy('preset: quicker') }, /quicker|preset/],
      [{ ...here(), limit: 101 }, /1 to 100/],
      [{ ...here(), since: 'long ago' }, /since/],
      [{ ...here(), namespace: '../kube-system' }, /namespace/],
      [{ ...here(), more: 1 }, /no such field/],
    ];
    for (const [payload, said] of cases) {
      const { status, body } = await ask(payload);
      assert.equal(status, 422, JSON.stringify(body));
      assert.match(JSON.stringify(body), said);
    }
  });

  test('a manifest that claims to be a version of some Canary is read as it is, and by nobody else', async () => {
    const claims = (annotation: string | undefined) => {
      const object = writtenCanary(annotation, 99) as { readonly metadata: object };
      return { ...object, metadata: { ...object.metadata, uid: 'u1', resourceVersion: '7' } };
    };
    assert.equal((await ask({ ...here(), manifest: claims(undefined) })).status, 422);
    assert.equal((await ask({ ...here(), manifest: claims('preset: quick') })).status, 200);
  });

  test('only releases of Canaries that the caller may read, whatever namespace the manifest names', async () => {
    const { client, namespace } = bench.world;
    const rules = [{ apiGroups: ['flagger.app'], resources: ['canaries'], verbs: ['get'] }];
    const viewer = bearer(await account(client, namespace, 'backtester', rules));
    const nobody = bearer(await account(client, namespace, 'stranger', []));
    assert.equal((await ask(here(), {}, guarded)).status, 401);
    assert.equal((await ask(here(), nobody, guarded)).status, 403);
    const own = await ask(here(), viewer, guarded);
    assert.equal(own.status, 200, JSON.stringify(own.body));
    assert.equal(items(own.body).length, 2);
    const theirs = await ask({ ...here(), namespace: 'elsewhere' }, viewer, guarded);
    assert.equal(theirs.status, 403);
    const unsaid = policy('preset: quick').replace(/namespace: .*/, 'namespace: elsewhere');
    const named = await ask({ manifest: unsaid, canary: NAME }, viewer, guarded);
    assert.equal(named.status, 403, JSON.stringify(named.body));
  });
});
