import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import { abilitiesOf, PROVIDER_FIELDS } from '../../src/crds/fields/abilities.js';
import { droppedFields, unknownFields } from '../../src/crds/fields/canary-fields.js';
import { unusedByProvider } from '../../src/crds/fields/unused.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { SUPPORT } from '../../src/crds/support.js';
import { costOf } from '../harness/cost.js';
import { canaryWith, OPTIONS } from './fixtures.js';

const A = 'spec.analysis';
const unknown = (object: object) => unknownFields('Canary', object).map(({ field }) => field);

/** A value that asks for something, for each field that only some providers use. */
const VALUES: Readonly<Record<(typeof PROVIDER_FIELDS)[number], unknown>> = {
  ingressRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'shop' },
  routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: 'shop' },
  'service.backends': ['backend.test'],
  'service.backendTimeout': '5s',
  'service.corsPolicy': { allowOrigin: ['https://a.example.com'] },
  'service.delegation': true,
  'service.gatewayRefs': [{ name: 'lab' }],
  'service.gateways': ['public.istio-system'],
  'service.headers': { request: { add: { 'x-a': 'b' } } },
  'service.hosts': ['shop.example.com'],
  'service.match': [{ uri: { prefix: '/a' } }],
  'service.meshName': 'global',
  'service.mirror': [{ backendRef: { name: 'audit', port: 80 } }],
  'service.retries': { attempts: 3 },
  'service.rewrite': { uri: '/' },
  'service.timeout': '15s',
  'service.trafficPolicy': { tls: { mode: 'ISTIO_MUTUAL' } },
};

/** What each provider that is built makes something of, as its router is written and docs/routers say. */
const USED: Readonly<Record<string, readonly (typeof PROVIDER_FIELDS)[number][]>> = {
  apisix: ['routeRef'],
  contour: ['service.match', 'service.retries', 'service.timeout'],
  'gatewayapi:v1': [
    'service.backendTimeout',
    'service.corsPolicy',
    'service.gatewayRefs',
    'service.headers',
    'service.hosts',
    'service.match',
    'service.mirror',
    'service.rewrite',
    'service.timeout',
  ],
  'gatewayapi:v1beta1': [
    'service.gatewayRefs',
    'service.headers',
    'service.hosts',
    'service.match',
    'service.mirror',
    'service.rewrite',
  ],
  istio: [
    'service.corsPolicy',
    'service.delegation',
    'service.gateways',
    'service.headers',
    'service.hosts',
    'service.match',
    'service.retries',
    'service.rewrite',
    'service.timeout',
    'service.trafficPolicy',
  ],
  kubernetes: [],
  nginx: ['ingressRef'],
  skipper: ['ingressRef'],
  traefik: [],
};

describe('each provider and each field that only some use', () => {
  test('every provider that is built is in the table, and no other', () => {
    const built = Object.entries(SUPPORT.providers).flatMap(([name, is]) => (is ? [name] : []));
    assert.deepEqual(Object.keys(USED).sort(), built.sort());
    for (const name of built) assert.ok(abilitiesOf(name), name);
  });

  for (const [provider, used] of Object.entries(USED)) {
    for (const field of PROVIDER_FIELDS) {
      const isUsed = used.includes(field);
      test(`${provider}: ${field} is ${isUsed ? 'used' : 'named'}`, () => {
        const [head = '', part] = field.split('.');
        const spec = part === undefined ? { [head]: VALUES[field] } : { [head]: { port: 80, [part]: VALUES[field] } };
        const named = unusedByProvider(spec, provider).map((one) => one.field);
        assert.deepEqual(named, isUsed ? [] : [`spec.${field}`]);
      });
    }
  }

  test('of a Canary with an HTTPRoute of its users’ own, all that the route says itself', () => {
    const routeRef = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', name: 'shop' };
    const service = { port: 80, hosts: ['a.example.com'], timeout: '5s', gatewayRefs: [{ name: 'lab' }] };
    const named = unusedByProvider({ routeRef, service }, 'gatewayapi:v1');
    assert.deepEqual(
      named.map(({ field, why }) => [field, why]),
      ['gatewayRefs', 'hosts', 'timeout'].map((part) => [`spec.service.${part}`, 'HTTPRoute shop is your own']),
    );
    assert.deepEqual(unusedByProvider({ routeRef }, 'gatewayapi:v1beta1'), []);
  });

  test('what asks for nothing is not named', () => {
    const spec = { service: { hosts: [], delegation: false, timeout: '', rewrite: {} } };
    assert.deepEqual(unusedByProvider(spec, 'apisix'), []);
  });

  test('of a field that is used in part, the other part is named', () => {
    const contour = { service: { match: [{ uri: { prefix: '/' } }, { headers: { a: { exact: 'b' } } }] } };
    assert.deepEqual(
      unusedByProvider(contour, 'contour').map(({ field }) => field),
      ['spec.service.match.headers'],
    );
    const istio = { service: { rewrite: { uri: '/', type: 'ReplacePrefixMatch' } } };
    assert.deepEqual(
      unusedByProvider(istio, 'istio').map(({ field }) => field),
      ['spec.service.rewrite.type'],
    );
  });
});

/** Five fields that no Canary has, of which some belong elsewhere. */
const PRUNED = canaryWith({
  'spec.autoscalerRef': {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    name: 'shop',
    primaryScalerReplicas: { minReplicas: 2, maxReplicas: 10 },
    canaryScalerReplicas: { minReplicas: 1, maxReplicas: 5 },
  },
  'spec.service.sessionAffinity': { cookieName: 'shop-session', maxAge: 86_400 },
  'spec.stepWeight': 10,
  'spec.maxWeight': 100,
  'spec.steps': [{ weight: 10, interval: '1m' }],
  [`${A}.match`]: [{ headers: { 'x-version': { exact: 'b' } }, percentage: 50 }],
});

describe('fields that no schema has', () => {
  test('are all named, however deep they are', () => {
    assert.deepEqual(unknown(PRUNED), [
      'spec.service.sessionAffinity',
      `${A}.match[0].percentage`,
      'spec.autoscalerRef.canaryScalerReplicas',
      'spec.stepWeight',
      'spec.maxWeight',
      'spec.steps',
    ]);
  });

  test('are reported with the place where they belong', () => {
    const hints = new Map(unknownFields('Canary', PRUNED).map(({ field, hint }) => [field, hint]));
    assert.equal(hints.get('spec.stepWeight'), `it belongs to ${A}.stepWeight`);
    assert.equal(hints.get('spec.service.sessionAffinity'), `it belongs to ${A}.sessionAffinity`);
    assert.equal(hints.get('spec.steps'), undefined);
  });

  test('the analysis of 2019 gets its present name as a hint', () => {
    const [old] = unknownFields('Canary', canaryWith({ 'spec.canaryAnalysis': { interval: '1m' } }));
    assert.deepEqual(old, { field: 'spec.canaryAnalysis', hint: 'it is called spec.analysis since v1beta1' });
  });

  test('maps of the user’s own have any keys', () => {
    const labels = { 'spec.service.apex': { labels: { any: 'thing' } } };
    assert.deepEqual(unknown(canaryWith(labels)), []);
    assert.deepEqual(unknown(canaryWith({})), []);
  });

  test('a hostile object costs no more than its text', () => {
    const keys = Object.fromEntries(Array.from({ length: 36_000 }, (_, index) => [`k${index}`, 1]));
    const canary = canaryWith({ 'spec.service': { port: 80, ...keys } });
    const took = costOf(() => assert.equal(unknown(canary).length, 50));
    assert.ok(took < 1_000, `${took} ms`);
  });

  test('are known from what kubectl has kept, when the API server has dropped them', () => {
    const text = JSON.stringify(PRUNED);
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': text };
    assert.equal(droppedFields(annotations).length, 6);
    assert.deepEqual(droppedFields({ 'kubectl.kubernetes.io/last-applied-configuration': '{' }), []);
    assert.deepEqual(droppedFields({}), []);
    const parsed = parseCanary(canaryWith({ 'metadata.annotations': annotations }), OPTIONS);
    assert.ok(parsed.ok);
    const { notices } = policyOfCanary(parsed.value);
    assert.equal(notices.length, 6);
    assert.ok(
      notices.includes(`spec.stepWeight is no field of a Canary and has no effect: it belongs to ${A}.stepWeight`),
      notices.join('\n'),
    );
  });
});

test('what the provider has no use for is an event of each release', () => {
  const parsed = parseCanary(
    canaryWith({ 'spec.service.timeout': '5s', [`${A}.match`]: [{ headers: { a: { exact: 'b' } } }] }),
    OPTIONS,
  );
  assert.ok(parsed.ok);
  assert.deepEqual(policyOfCanary(parsed.value).notices, [
    'spec.service.timeout has no effect: the apisix provider has no use for it',
    'spec.analysis.match has no effect: without iterations it makes no A/B test: requests are divided by weight',
  ]);
});
