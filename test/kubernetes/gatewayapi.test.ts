import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt, EVERYBODY_TO_CANARY, MIRRORED } from '../../src/domain/weights.js';
import { UserError } from '../../src/errors.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { openRouterBench, type RouterBench } from '../harness/kubernetes/router-bench.js';
import type { CanaryPart } from './router-contract.js';
import { gatewayApiV1, gatewayApiV1beta1, ref } from './routers/gatewayapi.js';
import { claim } from '../harness/claim.js';

const ROUTES: ResourceType = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' };
const ROOT = { path: { type: 'PathPrefix', value: '/' } };
const LETTERS = /^[A-Za-z]{10}$/;

/** Steps of runs, one after another: the epoch tells runs apart. */
const run = (epoch: number) => {
  let seq = 0;
  return () => claim(epoch, (seq += 1));
};

test('a client that has met the canary stays there for as long as that canary is tried, and loses its cookie after', async (t) => {
  const bench = await open(t, {
    cookieName: 'cv',
    maxAge: 60,
    httpOnly: true,
    path: '/',
    sameSite: 'Lax',
    secure: true,
  });
  const [first, second] = [run(1), run(2)];
  await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, first());
  assert.deepEqual(await rules(bench), [weighted(0)], 'nobody has a cookie yet');

  await bench.router.setWeights(bench.canary, canaryAt(10), first());
  const value = await valueOf(bench, 'cv');
  assert.match(value, LETTERS);
  const set = `cv=${value}; Max-Age=60; HttpOnly; Path=/; SameSite=Lax; Secure`;
  assert.deepEqual(await rules(bench), [sticky('cv', value, 0), weighted(10, undefined, set)]);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10));

  await bench.router.setWeights(bench.canary, canaryAt(50), first());
  assert.deepEqual(await rules(bench), [sticky('cv', value, 0), weighted(50, undefined, set)], 'the same cookie');
  await bench.client.delete(ROUTES, bench.namespace, 'cart');
  await bench.router.refresh(bench.canary);
  await bench.router.reconcile(bench.canary, canaryAt(50), first());
  assert.deepEqual(await rules(bench), [sticky('cv', value, 0), weighted(50, undefined, set)], 'made anew, the same');

  await bench.router.setWeights(bench.canary, ALL_TO_PRIMARY, first());
  const forget = `cv=${value}; Max-Age=-1; Path=/`;
  assert.deepEqual(await rules(bench), [sticky('cv', value, 100, forget), weighted(0)]);
  await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, first());
  assert.deepEqual(await rules(bench), [sticky('cv', value, 100, forget), weighted(0)], 'until the next run');
  assert.deepEqual(await bench.router.drift(bench.canary), []);

  await bench.router.setWeights(bench.canary, canaryAt(10), second());
  const next = await valueOf(bench, 'cv');
  assert.match(next, LETTERS);
  assert.notEqual(next, value, 'another run, another cookie');
  assert.deepEqual((await rules(bench))[0], sticky('cv', next, 0));
});

test('another revision in the same run is another canary', async (t) => {
  const bench = await open(t, { cookieName: 'cv' });
  const seq = run(1);
  const of = (lastAppliedSpec: string) => ({
    ...bench.canary,
    status: { ...bench.canary.status, lastAppliedSpec },
  });
  await bench.router.setWeights(of('a'), canaryAt(10), seq());
  const value = await valueOf(bench, 'cv');
  await bench.router.setWeights(of('b'), canaryAt(20), seq());
  assert.equal(await valueOf(bench, 'cv'), value, 'its clients stay while it is tried');
  await bench.router.setWeights(of('b'), ALL_TO_PRIMARY, seq());
  await bench.router.setWeights(of('b'), canaryAt(10), seq());
  assert.notEqual(await valueOf(bench, 'cv'), value);
});

test('a client that has met the primary stays there for an interval, unless the primary can not serve', async (t) => {
  const bench = await open(t, { cookieName: 'cv', primaryCookieName: 'pv', domain: 'example.org' });
  const seq = run(1);
  await bench.router.setWeights(bench.canary, canaryAt(10), seq());
  const [cv, pv] = [await valueOf(bench, 'cv'), await valueOf(bench, 'pv')];
  assert.match(pv, LETTERS);
  assert.notEqual(cv, pv);
  const sets = [`pv=${pv}; Max-Age=30; Domain=example.org`, `cv=${cv}; Max-Age=86400; Domain=example.org`] as const;
  assert.deepEqual(await rules(bench), [sticky('cv', cv, 0), sticky('pv', pv, 100), weighted(10, ...sets)]);
  await bench.router.setWeights(bench.canary, EVERYBODY_TO_CANARY, seq());
  assert.deepEqual(await rules(bench), [sticky('cv', cv, 0), weighted(100, undefined, sets[1])]);
});

test('v1beta1 keeps clients at the canary, and none at the primary', async (t) => {
  const bench = await open(t, { cookieName: 'cv', primaryCookieName: 'pv' }, gatewayApiV1beta1);
  await bench.router.setWeights(bench.canary, canaryAt(10), run(1)());
  const cv = await valueOf(bench, 'cv');
  const set = `cv=${cv}; Max-Age=86400`;
  assert.deepEqual(await rules(bench), [sticky('cv', cv, 0), weighted(10, undefined, set)]);
});

test('a cookie joins the headers that the service adds', async (t) => {
  const service = { headers: { response: { add: { 'x-a': '1', 'set-cookie': 'theirs=1' } } } };
  const bench = await openRouterBench(t, gatewayApiV1, {
    service,
    analysis: { sessionAffinity: { cookieName: 'a.b' } },
  });
  const seq = run(1);
  await bench.router.setWeights(bench.canary, canaryAt(10), seq());
  await bench.router.setWeights(bench.canary, ALL_TO_PRIMARY, seq());
  const [forgetting] = await rules(bench);
  const { filters, matches } = forgetting as { filters: unknown; matches: { headers: { value: string }[] }[] };
  const value = await valueOf(bench, 'a.b');
  const add = [
    { name: 'x-a', value: '1' },
    { name: 'Set-Cookie', value: `a.b=${value}; Max-Age=-1` },
  ];
  assert.deepEqual(filters, [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { add } }]);
  assert.equal(matches[0]?.headers[0]?.value, `.*a\\.b.*${value}.*`, 'a dot in a name is a dot');
});

test('the way back is open whatever the spec says meanwhile', async (t) => {
  const bench = await openRouterBench(t, gatewayApiV1, {
    analysis: { mirror: true, sessionAffinity: { cookieName: 'cv' } },
  });
  const seq = run(1);
  await bench.router.setWeights(bench.canary, { ...canaryAt(40), mirrored: true }, seq());
  const spoiled = { ...bench.canary, service: { ...bench.canary.service, gatewayRefs: undefined, timeout: 'soon' } };
  await assert.rejects(bench.router.setWeights(spoiled, canaryAt(50), seq()), UserError, 'it does not go on');
  await bench.router.setWeights(spoiled, ALL_TO_PRIMARY, seq());
  assert.deepEqual(await bench.router.weights(spoiled), ALL_TO_PRIMARY);
  for (const rule of await rules(bench)) {
    assert.deepEqual([rule.backendRefs, rule.filters], [[ref('cart-primary', 100), ref('cart-canary', 0)], undefined]);
  }
  await bench.router.setWeights(spoiled, EVERYBODY_TO_CANARY, seq());
  assert.deepEqual(await bench.router.weights(spoiled), ALL_TO_CANARY);
});

test('a route of somebody is taken over: metadata and other rules stay, it does not become the Canary’s', async (t) => {
  const bench = await openRouterBench(t, gatewayApiV1, {});
  const docs = { matches: [{ path: { type: 'PathPrefix', value: '/docs' } }], backendRefs: [ref('docs', 1)] };
  await bench.client.create(ROUTES, {
    apiVersion: ROUTES.apiVersion,
    kind: ROUTES.kind,
    metadata: { name: 'cart', namespace: bench.namespace, labels: { team: 'blue' }, annotations: { note: 'mine' } },
    spec: { parentRefs: [{ name: 'old' }], rules: [{ backendRefs: [ref('cart', 1)] }, docs] },
  });
  await bench.router.refresh(bench.canary);
  assert.deepEqual(await bench.router.drift(bench.canary), ['HTTPRoute/cart']);
  await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, run(1)());
  assert.deepEqual(await rules(bench), [weighted(0), docs]);
  const { metadata } = await stored(bench);
  assert.equal(metadata.ownerReferences, undefined);
  assert.equal(metadata.labels?.['team'], 'blue');
  assert.equal(metadata.annotations?.['note'], 'mine');
});

test('shares that do not add up to 100 are reported in percent', async (t) => {
  const bench = await openRouterBench(t, gatewayApiV1, {});
  await bench.router.setWeights(bench.canary, MIRRORED, run(1)());
  assert.deepEqual(await bench.router.weights(bench.canary), MIRRORED);
  await bench.edit((route) => ({
    ...route,
    spec: { ...(route['spec'] as object), rules: [{ backendRefs: [ref('cart-primary', 3), ref('cart-canary', 1)] }] },
  }));
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(25));
});

test('a Gateway that has not accepted the route as it is now is said; one that says nothing does not count', async (t) => {
  const bench = await openRouterBench(t, gatewayApiV1, {});
  await bench.router.setWeights(bench.canary, canaryAt(10), run(1)());
  assert.equal(await bench.router.isSettled(bench.canary), undefined);
  const { metadata, spec } = await stored(bench);
  const generation = metadata.generation ?? 0;
  const [parentRef] = (spec as { parentRefs: object[] }).parentRefs;
  const settled = async (parent: unknown, status: string, observedGeneration: number): Promise<boolean | undefined> => {
    await report(bench, parent, status, observedGeneration);
    await bench.router.refresh(bench.canary);
    return bench.router.isSettled(bench.canary);
  };

  assert.equal(await settled({ ...parentRef, sectionName: 'https' }, 'False', generation), undefined);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10), 'another section is no word on ours');

  assert.equal(await settled(parentRef, 'True', generation), true);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10));

  assert.equal(await settled(parentRef, 'False', generation), false);
  const refused = new RegExp(
    `^HTTPRoute cart\\.${bench.namespace} parent public is not ready \\(status: False, observed generation: ${generation}, current generation: ${generation}\\)$`,
  );
  await assert.rejects(bench.router.weights(bench.canary), (e) => e instanceof UserError && refused.test(e.message));

  assert.equal(await settled(parentRef, 'True', generation), true);
  await bench.router.setWeights(bench.canary, canaryAt(20), run(2)());
  assert.equal(await bench.router.isSettled(bench.canary), false, 'it has accepted what was there before');
  const stale = new RegExp(`observed generation: ${generation}, current generation: ${generation + 1}\\)$`);
  await assert.rejects(bench.router.weights(bench.canary), (e) => e instanceof UserError && stale.test(e.message));
});

test('v1beta1 does not ask its Gateways', async (t) => {
  const bench = await openRouterBench(t, gatewayApiV1beta1, {});
  await bench.router.setWeights(bench.canary, canaryAt(10), run(1)());
  const { spec } = await stored(bench);
  await report(bench, (spec as { parentRefs: unknown[] }).parentRefs[0], 'False', 1);
  await bench.router.refresh(bench.canary);
  assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10));
});

interface Rule {
  readonly matches?: unknown;
  readonly filters?: unknown;
  readonly backendRefs?: unknown;
}

async function open(t: TestContext, sessionAffinity: object, provider = gatewayApiV1): Promise<RouterBench> {
  const analysis: CanaryPart = { analysis: { sessionAffinity } };
  return openRouterBench(t, provider, analysis);
}

async function stored(bench: RouterBench): Promise<KubeObject> {
  const route = await bench.client.get(ROUTES, bench.namespace, 'cart');
  assert.ok(route, 'there is a route');
  return route;
}

async function rules(bench: RouterBench): Promise<readonly Rule[]> {
  return ((await stored(bench))['spec'] as { rules: readonly Rule[] }).rules;
}

/** The value of the cookie that clients are given, or that is taken away. */
async function valueOf(bench: RouterBench, cookie: string): Promise<string> {
  return new RegExp(`"${cookie}=([^;]*); Max-Age`).exec(JSON.stringify(await rules(bench)))?.[1] ?? '';
}

function header(cookie: string): object {
  const add = [{ name: 'Set-Cookie', value: cookie }];
  return { filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { add } }] };
}

/** Those who have the cookie. */
function sticky(name: string, value: string, primary: number, forget?: string): unknown {
  const cookie = { name: 'Cookie', type: 'RegularExpression', value: `.*${name}.*${value}.*` };
  return {
    matches: [{ ...ROOT, headers: [cookie] }],
    ...(forget === undefined ? {} : header(forget)),
    backendRefs: [ref('cart-primary', primary), ref('cart-canary', 100 - primary)],
  };
}

/** Everybody else. */
function weighted(canary: number, primaryCookie?: string, canaryCookie?: string): unknown {
  const to = (name: string, weight: number, cookie: string | undefined): unknown => ({
    ...(ref(name, weight) as object),
    ...(cookie === undefined ? {} : header(cookie)),
  });
  return {
    matches: [ROOT],
    backendRefs: [to('cart-primary', 100 - canary, primaryCookie), to('cart-canary', canary, canaryCookie)],
  };
}

/** A Gateway says something of the route. */
async function report(
  bench: RouterBench,
  parentRef: unknown,
  status: string,
  observedGeneration: number,
): Promise<void> {
  const condition = {
    type: 'Accepted',
    status,
    observedGeneration,
    reason: 'Test',
    message: '',
    lastTransitionTime: new Date(0).toISOString(),
  };
  const parents = [{ parentRef, controllerName: 'example.com/test', conditions: [condition] }];
  await bench.client.replace(ROUTES, { ...(await stored(bench)), status: { parents } }, 'status');
}
