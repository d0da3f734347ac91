import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CanaryDetail, CanarySummary } from '../../src/api/schema/canary.js';
import { CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { deployment } from '../harness/kubernetes/cluster.js';
import { until } from '../harness/until.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { get, post, releaseIs } from '../harness/api/client.js';

let bench: ApiBench;
before(async () => void (bench = await openApi()));
after(() => bench.close());

async function list(query = ''): Promise<readonly CanarySummary[]> {
  const { status, body } = await get(bench.app, `/api/v1/canaries${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body['items'] as CanarySummary[];
}

const seen = (name: string): Promise<void> =>
  until(async () => (await list()).some((canary) => canary.name === name && canary.phase !== ''), `${name} is seen`);

async function detail(name: string): Promise<CanaryDetail> {
  const { status, body } = await get(bench.app, `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body as unknown as CanaryDetail;
}

describe('Canaries', () => {
  test('are listed as the informer cache has them', async () => {
    const { name, hash } = await bench.world.canary();
    await seen(name);
    const canary = (await list()).find((one) => one.name === name);
    const { lastTransitionTime, ...rest } = canary ?? {};
    assert.ok(lastTransitionTime);
    assert.deepEqual(rest, {
      cluster: bench.cluster,
      namespace: bench.world.namespace,
      name,
      phase: 'Initialized',
      standing: 'initialized',
      canaryWeight: 0,
      traffic: { to: 'share', percent: 0 },
      failedChecks: 0,
      target: { kind: 'Deployment', name },
      provider: 'apisix',
      revision: hash,
      promotedRevision: hash,
      suspended: false,
      message: 'in phase Initialized',
      releaseUnderWay: false,
      versions: { to: '6.0.0' },
    });
  });

  test('whose target is gone are blocked, and say so', async () => {
    const { name } = await bench.world.canary();
    await seen(name);
    await bench.world.client.delete(DEPLOYMENTS, bench.world.namespace, name);
    const missing = `Deployment "${name}", its target, does not exist`;
    await until(async () => (await list()).find((one) => one.name === name)?.attention === missing, 'the list says so');
    const { standing, attention } = await detail(name);
    assert.deepEqual([standing, attention], ['blocked', missing]);
  });

  test('of one namespace, sorted by name', async () => {
    for (let i = 0; i < 3; i += 1) await seen((await bench.world.canary()).name);
    const names = (await list(`?namespace=${bench.world.namespace}`)).map(({ name }) => name);
    assert.deepEqual(names, [...names].sort());
    assert.deepEqual(await list('?namespace=elsewhere'), []);
  });

  test('with an invalid spec say what is wrong with it, suspended ones that they are', async () => {
    const invalid = await bench.world.canary({ spec: { provider: 'gloo' } });
    const suspended = await bench.world.canary({ spec: { suspend: true } });
    await seen(invalid.name);
    await seen(suspended.name);
    const canaries = new Map((await list()).map((canary) => [canary.name, canary]));
    assert.match(canaries.get(invalid.name)?.problem ?? '', /^spec\.provider: "gloo" is not valid/);
    assert.equal(canaries.get(invalid.name)?.provider, 'gloo');
    assert.equal(canaries.get(suspended.name)?.suspended, true);
  });

  test('are shown one by one with conditions and images, and without a release at rest', async () => {
    const { name } = await bench.world.canary();
    await bench.world.client.create(DEPLOYMENTS, deployment(bench.world.namespace, `${name}-primary`, 'podinfo:5.9.9'));
    await seen(name);
    await until(async () => (await detail(name)).images.primary !== undefined, 'the primary is seen');
    const canary = await detail(name);
    assert.deepEqual(canary.images, { target: { app: 'podinfo:6.0.0' }, primary: { app: 'podinfo:5.9.9' } });
    assert.equal(canary.conditions[0]?.reason, 'Initialized');
    assert.equal(canary.release, null);
  });

  test('are shown with what is under way', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const url = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`;
    const { body } = await post(bench.app, url, { images: { app: 'podinfo:6.0.1' }, by: 'alice' });
    await releaseIs(bench.app, body['id'], ({ weight }) => weight === 25, 'weight 25');
    await until(async () => (await detail(name)).canaryWeight === 25, 'the cache has weight 25');
    const { release, ...canary } = await detail(name);
    assert.equal(canary.releaseUnderWay, true);
    assert.deepEqual(canary.images.target, { app: 'podinfo:6.0.1' });
    assert.ok(release);
    assert.deepEqual(
      [release.id, release.phase, release.weight, release.triggeredBy, release.failedChecks],
      [body['id'], 'Progressing', 25, 'alice (unverified)', 0],
    );
    assert.equal(release.waitsFor, 'weight 25: next analysis');
    assert.equal(release.unavailable, undefined);
    assert.equal(release.lastAnalysis, undefined, 'there was none yet');
    assert.deepEqual(
      release.steering?.map(({ order }) => order),
      ['pause', 'abort', 'promote', 'weight', 'skip'],
    );
  });

  test('that do not exist are not found', async () => {
    const { status, body } = await get(bench.app, `/api/v1/namespaces/${bench.world.namespace}/canaries/nobody`);
    assert.deepEqual([status, body['type']], [404, '/problems/unknown-canary']);
    assert.equal((await get(bench.app, '/api/v1/namespaces/elsewhere/canaries/nobody')).status, 404);
  });
});

describe('the process', () => {
  test('is healthy and ready', async () => {
    const healthy = await bench.app.inject({ url: '/healthz' });
    assert.deepEqual([healthy.statusCode, healthy.body], [200, 'OK']);
    assert.equal(healthy.headers['serinus-authentication'], 'none');
    const ready = await bench.app.inject({ url: '/readyz' });
    assert.deepEqual([ready.statusCode, ready.body], [200, 'OK']);
  });

  test('has metrics of Canaries and of requests', async () => {
    const { name } = await bench.world.canary();
    await seen(name);
    await bench.world.client.apply(
      CANARIES,
      {
        apiVersion: CANARIES.apiVersion,
        kind: CANARIES.kind,
        metadata: { name, namespace: bench.world.namespace },
        status: { phase: 'Progressing', canaryWeight: 30, failedChecks: 0, iterations: 0 },
      },
      { subresource: 'status' },
    );
    await until(async () => (await detail(name)).canaryWeight === 30, 'weight 30 is seen');
    const { body, headers } = await bench.app.inject({ url: '/metrics' });
    assert.match(String(headers['content-type']), /^text\/plain/);
    assert.ok(body.includes(`serinus_canary_weight{namespace="${bench.world.namespace}",name="${name}"} 30`));
    assert.match(body, /serinus_canaries\{phase="Initialized"\} \d+/);
    assert.match(body, /serinus_canaries\{phase="Promoting"\} 0/);
    assert.match(body, /^process_cpu_seconds_total /m);
    const route = 'route="/api/v1/namespaces/:namespace/canaries/:name",status="200"';
    assert.ok(body.includes(`serinus_http_request_duration_seconds_count{method="GET",${route}}`));
  });

  test('listens, and answers over a real connection', async () => {
    const app = bench.another();
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`${url}/api/v1/canaries`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  });
});
