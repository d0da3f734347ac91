import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  ALL_TO_CANARY,
  ALL_TO_PRIMARY,
  canaryAt,
  EVERYBODY_TO_CANARY,
  type Weights,
} from '../../src/domain/weights.js';
import type { KubeObject } from '../../src/kube/object.js';
import type { HttpRoute, VirtualServiceSpec } from '../../src/routers/istio/objects.js';
import { virtualService } from '../../src/routers/istio/virtual-service.js';
import { canaryOf, desired, type Part } from './canaries.js';

const AFFINITY = {
  cookieName: 'cv',
  maxAge: 3600,
  domain: 'example.org',
  httpOnly: true,
  partitioned: true,
  path: '/app',
  sameSite: 'Strict',
  secure: true,
};
const ATTRIBUTES = 'Domain=example.org; HttpOnly; Partitioned; Path=/app; SameSite=Strict; Secure';

const canaryWith = (affinity: Part, service: Part = {}, status: Part = {}) =>
  canaryOf('istio', { service, analysis: { sessionAffinity: affinity }, status });

function routesOf(object: KubeObject): readonly HttpRoute[] {
  return (object['spec'] as VirtualServiceSpec).http ?? [];
}

/** What a VirtualService sets for clients of primary and canary. */
function given(object: KubeObject): readonly (string | undefined)[] {
  const { route = [] } = routesOf(object).at(-1) ?? {};
  return route.map(({ headers }) => headers?.response?.add?.['Set-Cookie']);
}

function valueIn(cookie: string | undefined): string {
  const [, value = ''] = /=([A-Za-z]{10});/.exec(cookie ?? '') ?? [];
  assert.notEqual(value, '', `a value of ten letters in ${String(cookie)}`);
  return value;
}

function weights(object: KubeObject): readonly (readonly (number | undefined)[])[] {
  return routesOf(object).map(({ route = [] }) => route.map(({ weight }) => weight));
}

suite('clients that stay where they are, with Istio', () => {
  test('the canary gives its clients a cookie, and clients with it come back to it', () => {
    const canary = canaryWith(AFFINITY);
    const object = desired(virtualService, canary, canaryAt(10));
    const [primaryGives, canaryGives] = given(object);
    const value = valueIn(canaryGives);
    assert.equal(primaryGives, undefined);
    assert.equal(canaryGives, `cv=${value}; Max-Age=3600; ${ATTRIBUTES}`);
    assert.deepEqual(routesOf(object)[0], {
      name: 'sticky-route',
      match: [{ headers: { Cookie: { regex: `.*cv.*${value}.*` } } }],
      route: [
        { destination: { host: 'cart-primary' }, weight: 0 },
        { destination: { host: 'cart-canary' }, weight: 100 },
      ],
    });
    assert.deepEqual(weights(object).slice(1), [[90, 10]]);
    assert.deepEqual(virtualService.weights(object, canary), canaryAt(10));
  });

  test('so does the primary, if asked for, but for an interval only', () => {
    const canary = canaryWith({ ...AFFINITY, primaryCookieName: 'pv' });
    const object = desired(virtualService, canary, canaryAt(10));
    const [primaryGives, canaryGives] = given(object);
    assert.equal(primaryGives, `pv=${valueIn(primaryGives)}; Max-Age=30; ${ATTRIBUTES}`);
    assert.notEqual(valueIn(primaryGives), valueIn(canaryGives));
    assert.deepEqual(routesOf(object)[1]?.match, [
      { headers: { Cookie: { regex: `.*pv.*${valueIn(primaryGives)}.*` } } },
    ]);
    assert.deepEqual(weights(object), [
      [0, 100],
      [100, 0],
      [90, 10],
    ]);
    const rescued = desired(virtualService, canary, EVERYBODY_TO_CANARY, object);
    assert.deepEqual(weights(rescued), [
      [0, 100],
      [0, 100],
    ]);
  });

  test('the cookies stay as they are from step to step, whatever else changes', () => {
    const affinity = { ...AFFINITY, primaryCookieName: 'pv' };
    let object = desired(virtualService, canaryWith(affinity), canaryAt(10));
    const first = given(object);
    for (const next of [canaryAt(20), ALL_TO_CANARY, canaryAt(50)] satisfies Weights[]) {
      const edited = canaryWith(affinity, { timeout: `${next.canary}s` }, { lastAppliedSpec: 'other' });
      object = desired(virtualService, edited, next, object);
      assert.deepEqual(given(object), first);
      assert.deepEqual(desired(virtualService, edited, next, object), object, 'it is as it shall be');
    }
  });

  test('the same run makes the same cookies again, another revision makes others', () => {
    const canary = canaryWith(AFFINITY);
    const made = desired(virtualService, canary, canaryAt(10));
    assert.deepEqual(desired(virtualService, canary, canaryAt(10)), made);
    const other = desired(virtualService, canaryWith(AFFINITY, {}, { lastAppliedSpec: 'other' }), canaryAt(10));
    assert.notEqual(valueIn(given(other)[1]), valueIn(given(made)[1]));
  });

  test('when the canary gets nothing any more, its clients lose the cookie', () => {
    const canary = canaryWith(AFFINITY, { headers: { response: { add: { 'x-a': '1' } } } });
    const during = desired(virtualService, canary, canaryAt(50));
    const value = valueIn(given(during)[1]);
    const after = desired(virtualService, canary, ALL_TO_PRIMARY, during);
    const [forgetting, weighted] = routesOf(after);
    assert.deepEqual(forgetting?.match, [{ headers: { Cookie: { regex: `.*cv.*${value}.*` } } }]);
    assert.deepEqual(forgetting?.headers, {
      response: { add: { 'x-a': '1', 'Set-Cookie': `cv=${value}; Max-Age=-1; Domain=example.org; Path=/app` } },
    });
    assert.deepEqual(weighted?.headers, { response: { add: { 'x-a': '1' } } });
    assert.deepEqual(weights(after), [
      [100, 0],
      [100, 0],
    ]);
    assert.deepEqual(given(after), [undefined, undefined]);
    assert.deepEqual(virtualService.weights(after, canary), ALL_TO_PRIMARY);
    assert.deepEqual(desired(virtualService, canary, ALL_TO_PRIMARY, after), after, 'and go on losing it');
    const next = canaryWith(AFFINITY, {}, { lastAppliedSpec: 'next' });
    assert.notEqual(valueIn(given(desired(virtualService, next, canaryAt(10), after))[1]), value);
  });

  test('before the first release there is nothing to forget', () => {
    assert.deepEqual(weights(desired(virtualService, canaryWith(AFFINITY), ALL_TO_PRIMARY)), [[100, 0]]);
  });

  test('only requests of the service are looked at for a cookie', () => {
    const match = [{ uri: { prefix: '/a' }, headers: { 'x-tenant': { exact: 'blue' } } }, { uri: { prefix: '/b' } }];
    const object = desired(virtualService, canaryWith(AFFINITY, { match }), canaryAt(10));
    const Cookie = { regex: `.*cv.*${valueIn(given(object)[1])}.*` };
    assert.deepEqual(routesOf(object)[0]?.match, [
      { uri: { prefix: '/a' }, headers: { 'x-tenant': { exact: 'blue' }, Cookie } },
      { uri: { prefix: '/b' }, headers: { Cookie } },
    ]);
    assert.deepEqual(routesOf(object)[1]?.match, match);
  });

  test('what Flagger has set in mid-run is gone on with', () => {
    const canary = canaryWith(AFFINITY);
    const ours = JSON.stringify(desired(virtualService, canary, canaryAt(10)));
    const value = valueIn(ours);
    const theirs = JSON.parse(ours.replaceAll(value, 'KqXbRtYwPa')) as KubeObject;
    const object = desired(virtualService, canary, canaryAt(20), theirs);
    assert.equal(valueIn(given(object)[1]), 'KqXbRtYwPa');
    assert.deepEqual(weights(object), [
      [0, 100],
      [80, 20],
    ]);
  });

  test('members of an audience who have met the canary stay there', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    const canary = canaryOf('istio', { analysis: { iterations: 3, match, sessionAffinity: AFFINITY } });
    const object = desired(virtualService, canary, ALL_TO_CANARY);
    assert.deepEqual(weights(object), [[0, 100], [0, 100], [100]]);
    assert.deepEqual(routesOf(object)[1]?.match, match);
    assert.deepEqual(virtualService.weights(object, canary), ALL_TO_CANARY);
  });
});
