import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TO_PRIMARY, canaryAt } from '../../src/domain/weights.js';
import { FencedError, UserError } from '../../src/errors.js';
import type { KubeObject } from '../../src/kube/object.js';
import type { HttpRoute, VirtualServiceSpec } from '../../src/routers/istio/objects.js';
import { VIRTUAL_SERVICES } from '../../src/routers/istio/objects.js';
import { openRouterBench, type RouterBench } from '../harness/kubernetes/router-bench.js';
import { istio } from './routers/istio.js';
import { claim } from '../harness/claim.js';

const FENCE = claim(1, 1);
const LATER = claim(1, 2);

const THEIRS = {
  hosts: ['cart', 'shop.example.org'],
  gateways: ['infra/public'],
  exportTo: ['*'],
  http: [{ name: 'all', route: [{ destination: { host: 'cart' } }] }],
};

async function theirVirtualService({ client, namespace }: RouterBench, annotations: object = {}): Promise<void> {
  await client.create(VIRTUAL_SERVICES, {
    apiVersion: VIRTUAL_SERVICES.apiVersion,
    kind: VIRTUAL_SERVICES.kind,
    metadata: { name: 'cart', namespace, labels: { team: 'blue' }, annotations: { ...annotations } },
    spec: THEIRS,
  });
}

async function virtualService({ client, namespace }: RouterBench): Promise<KubeObject> {
  const object = await client.get(VIRTUAL_SERVICES, namespace, 'cart');
  assert.ok(object);
  return object;
}

const specOf = (object: KubeObject) => object['spec'] as VirtualServiceSpec;

test('a VirtualService that was there before is taken over, and says again at the end what it said', async (t) => {
  const bench = await openRouterBench(t, istio, {});
  await theirVirtualService(bench);
  await bench.router.refresh(bench.canary);
  assert.equal(await bench.router.weights(bench.canary), undefined);

  await bench.router.reconcile(bench.canary, canaryAt(30), FENCE);
  const ours = await virtualService(bench);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(30));
  assert.equal(ours.metadata.ownerReferences, undefined, 'it does not go with the Canary');
  assert.deepEqual(specOf(ours).exportTo, ['*']);
  assert.deepEqual(await bench.router.drift(bench.canary), []);

  await bench.edit((object) =>
    object.kind === 'VirtualService' ? { ...object, spec: { ...specOf(object), hosts: ['edited'] } } : object,
  );
  await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, FENCE);
  await bench.router.finalize(bench.canary, LATER);
  await bench.router.finalize(bench.canary, LATER);
  assert.deepEqual(specOf(await virtualService(bench)), THEIRS);
});

test('what kubectl was given last is what is put back', async (t) => {
  const bench = await openRouterBench(t, istio, {});
  const spec = { ...THEIRS, exportTo: ['.'] };
  await theirVirtualService(bench, { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec }) });
  await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, FENCE);
  await bench.router.finalize(bench.canary, LATER);
  assert.deepEqual(specOf(await virtualService(bench)), spec);
});

test('a VirtualService that is gone keeps nobody from going', async (t) => {
  const bench = await openRouterBench(t, istio, {});
  await bench.router.finalize(bench.canary, FENCE);
  assert.deepEqual(await bench.stored(), []);
});

test('what the API server does not take is said with the object and the field, and routes come first', async (t) => {
  const bench = await openRouterBench(t, istio, {
    service: { trafficPolicy: { connectionPool: { http: { idleTimeout: 'soon' } } } },
  });
  const fits = (error: unknown) =>
    error instanceof UserError && /^DestinationRule cart-canary\.\S+ update failed: .*idleTimeout/.test(error.message);
  await assert.rejects(bench.router.setWeights(bench.canary, canaryAt(10), FENCE), fits);
  await bench.router.refresh(bench.canary);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10));
});

test('clients that have met the canary stay there, also when the VirtualService is made anew', async (t) => {
  const bench = await openRouterBench(t, istio, {
    analysis: { sessionAffinity: { cookieName: 'cv', primaryCookieName: 'pv', maxAge: 60 } },
  });
  const routes = async (): Promise<readonly HttpRoute[]> => specOf(await virtualService(bench)).http ?? [];
  const cookies = async (): Promise<readonly (string | undefined)[]> =>
    (await routes()).at(-1)?.route?.map(({ headers }) => headers?.response?.add?.['Set-Cookie']) ?? [];

  await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
  const given = await cookies();
  assert.match(given[0] ?? '', /^pv=[A-Za-z]{10}; Max-Age=30$/);
  assert.match(given[1] ?? '', /^cv=[A-Za-z]{10}; Max-Age=60$/);
  assert.equal((await routes()).length, 3);
  await bench.client.delete(VIRTUAL_SERVICES, bench.namespace, 'cart');
  await bench.router.refresh(bench.canary);
  await bench.router.reconcile(bench.canary, canaryAt(10), LATER);
  assert.deepEqual(await cookies(), given);
  assert.deepEqual(await bench.router.drift(bench.canary), []);

  await bench.router.setWeights(bench.canary, ALL_TO_PRIMARY, LATER);
  const forgetting = (await routes())[0]?.headers?.response?.add?.['Set-Cookie'];
  assert.equal(forgetting, `${given[1]?.split(';')[0]}; Max-Age=-1`);
  assert.deepEqual(await bench.router.drift(bench.canary), []);
  await bench.router.setWeights(bench.canary, canaryAt(10), claim(2, 1));
  assert.notDeepEqual(await cookies(), given, 'another run, another cookie');
});

test('the stamp of a Canary that is gone shuts nobody out of what it has left behind', async (t) => {
  const bench = await openRouterBench(t, istio, {});
  await theirVirtualService(bench);
  const former = { ...bench.canary, uid: 'gone' };
  await bench.router.setWeights(former, canaryAt(30), claim(7, 4));
  await assert.rejects(bench.router.setWeights(former, ALL_TO_PRIMARY, claim(7, 3)), FencedError);

  await bench.router.setWeights(bench.canary, canaryAt(10), LATER);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10));
  await assert.rejects(bench.router.setWeights(bench.canary, ALL_TO_PRIMARY, FENCE), FencedError);
  assert.deepEqual(await bench.router.drift(bench.canary), []);
});

test('a field that this version of the definition does not know is said, instead of being left out', async (t) => {
  const bench = await openRouterBench(t, istio, {});
  const retries = { attempts: 3, backoff: '1s' };
  const canary = { ...bench.canary, service: { ...bench.canary.service, retries } };
  const fits = (error: unknown) =>
    error instanceof UserError && error.message.includes('has no spec.http[0].retries.backoff');
  await assert.rejects(bench.router.reconcile(canary, ALL_TO_PRIMARY, FENCE), fits);
  await assert.rejects(bench.router.reconcile(canary, ALL_TO_PRIMARY, LATER), fits, 'as long as it is asked for');
});
