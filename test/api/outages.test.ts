import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import { TransientError } from '../../src/errors.js';
import { clusterClient } from '../../src/kube/connect.js';
import { kubeconfig } from '../harness/kubernetes/cluster.js';
import { until } from '../harness/until.js';
import { temporalAddress } from '../harness/temporal/workflow-bench.js';
import { openApi, testDependencies, type ApiBench } from '../harness/api/api-bench.js';
import { get, post } from '../harness/api/client.js';
import { tcpProxy, type TcpProxy } from '../harness/api/tcp-proxy.js';

const configSchema = z.looseObject({
  clusters: z.array(z.looseObject({ cluster: z.looseObject({ server: z.url() }) })).min(1),
});

let bench: ApiBench;
let toTemporal: TcpProxy;
let toKubernetes: TcpProxy;
let app: App;
const cleanup: (() => Promise<unknown>)[] = [];

before(async () => {
  bench = await openApi();
  toTemporal = await tcpProxy(temporalAddress());
  const directory = mkdtempSync(join(tmpdir(), 'serinus-outages-'));
  const config = configSchema.parse(parse(readFileSync(kubeconfig(), 'utf8')));
  const servers = config.clusters.map(({ cluster }) => new URL(cluster.server).host);
  toKubernetes = await tcpProxy(servers[0] ?? '');
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${toKubernetes.port}`;
  const path = join(directory, 'kubeconfig');
  writeFileSync(path, stringify(config));

  const connection = Connection.lazy({ address: `127.0.0.1:${toTemporal.port}`, connectTimeout: 1_000 });
  const client = new Client({ connection });
  const kube = clusterClient({ kubeconfig: path });
  const deps = testDependencies(kube, bench.world.namespace, bench.cluster, client);
  app = buildApi(deps, client, { authentication: { kind: 'none' }, version: 'test', readMs: 1_500, workerMs: 1_000 });
  cleanup.push(
    () => app.close(),
    () => connection.close(),
    () => toTemporal.cut(),
    () => toKubernetes.cut(),
    () => deps.cache.stop(),
    () => bench.close(),
  );
  await app.ready();
  rmSync(directory, { recursive: true });
});
after(async () => {
  for (const step of cleanup) await step();
});

const rollouts = (name: string): string => `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`;
const IMAGE = { images: { app: 'podinfo:6.0.1' } };

describe('while Temporal is down', () => {
  test('nothing is changed, reading goes on, and it works again when it is back', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const canary = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}`;
    await until(async () => (await get(app, canary)).status === 200, 'it works');
    await toTemporal.cut();

    const refused = await post(app, rollouts(name), IMAGE, { 'idempotency-key': 'again' });
    assert.deepEqual([refused.status, refused.body['type']], [503, '/problems/temporal-unreachable']);
    assert.match(String(refused.body['remedy']), /--temporal-address/);
    assert.equal(await bench.world.image(name), 'podinfo:6.0.0', 'the target was not touched');

    const { status, body } = await get(app, canary);
    assert.deepEqual([status, body['phase']], [200, 'Initialized']);
    assert.match((body['release'] as { unavailable: string }).unavailable, /Temporal could not answer/);
    const ready = await get(app, '/readyz');
    assert.deepEqual([ready.status, ready.body['type']], [503, '/problems/not-ready']);
    assert.match(String(ready.body['detail']), /^Temporal could not answer/);

    await toTemporal.mend();
    await until(
      async () => (await post(app, rollouts(name), IMAGE, { 'idempotency-key': 'again' })).status === 202,
      'the same request is taken',
    );
    assert.equal(await bench.world.image(name), 'podinfo:6.0.1');
  });
});

describe('while the API server is down', () => {
  test('what is cached can be read, and what would change something is refused', async () => {
    const { name } = await bench.world.canary();
    const canary = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}`;
    await until(async () => (await get(app, canary)).body['phase'] === 'Initialized', 'it is seen');
    await toKubernetes.cut();
    const list = await get(app, '/api/v1/canaries');
    assert.equal(list.status, 200);
    assert.ok((list.body['items'] as { name: string }[]).some((one) => one.name === name));
    assert.equal((await get(app, canary)).status, 200);
    assert.equal((await app.inject({ url: '/metrics' })).statusCode, 200);
    const refused = await post(app, rollouts(name), IMAGE);
    assert.deepEqual([refused.status, refused.body['type']], [503, '/problems/kubernetes-unreachable']);
    await toKubernetes.mend();
    await until(async () => (await post(app, rollouts(name), IMAGE)).status === 202, 'it works again');
  });
});

test('a target that was changed when Temporal went away is released when the same request comes again', async () => {
  const { name } = await bench.world.canary({ intervalSeconds: 600 });
  const lost = {
    give: () => Promise.reject(new Error('nobody orders anything')),
    submit: () => Promise.reject(new TransientError('Temporal did not take the change')),
    report: () => Promise.reject(new Error('nobody watches')),
  };
  const api = buildApi({ ...bench.deps, submissions: lost }, bench.client, {
    authentication: { kind: 'none' },
    version: 'test',
  });
  cleanup.unshift(() => api.close());
  const key = { 'idempotency-key': 'once-more' };
  for (const body of [
    IMAGE,
    { patch: { spec: { template: { spec: { containers: [{ name: 'app', image: 'podinfo:6.0.1' }] } } } } },
  ]) {
    const { status, body: problem } = await post(api, rollouts(name), body, key);
    assert.deepEqual([status, problem['type']], [503, '/problems/temporal-unreachable']);
    assert.match(String(problem['detail']), /was changed, but its release could not be started/);
  }
  assert.equal(await bench.world.image(name), 'podinfo:6.0.1');
  const other = await post(bench.app, rollouts(name), { images: { app: 'podinfo:6.0.2' } });
  assert.equal(other.status, 409, 'another request does not get in between');
  const again = await post(bench.app, rollouts(name), IMAGE, key);
  assert.deepEqual([again.status, again.body['verdict']], [202, 'started']);
});
