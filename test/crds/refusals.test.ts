import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCanary, type ParseOptions } from '../../src/crds/canary.js';
import { describeRefusal } from '../../src/crds/refusal.js';
import { PROVIDERS } from '../../src/crds/schema/canary.js';
import { SUPPORT, type Feature } from '../../src/crds/support.js';
import { canaryWith, everything, OPTIONS, supporting } from './fixtures.js';

interface Row {
  readonly edits: Readonly<Record<string, unknown>>;
  readonly field: string;
  readonly value: string;
  readonly remedy: RegExp;
  readonly options?: Partial<ParseOptions>;
}

function row(
  edits: Row['edits'],
  field: string,
  value: string,
  remedy: RegExp,
  options: Partial<ParseOptions> = {},
): Row {
  return { edits, field, value, remedy, options };
}

const A = 'spec.analysis';
const DURATION = /use a duration such as 30s or 1m$/;
const NOT_YET = /^not supported yet by this version of Serinus; /;
const steps = (stepWeights: unknown) => ({ [`${A}.stepWeight`]: undefined, [`${A}.stepWeights`]: stepWeights });
const ref = (kind: string) => ({ apiVersion: 'v1', kind, name: 'x' });
const ownRoute = () => ({
  'spec.provider': 'gatewayapi:v1',
  'spec.routeRef': { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', name: 'x' },
});
const hook = (fields: object) => ({ [`${A}.webhooks`]: [{ name: 'h', url: 'http://h.test/', ...fields }] });
const metric = (fields: object) => ({ [`${A}.metrics`]: [{ name: 'request-duration', ...fields }] });

const affinity = (fields: object) => ({ [`${A}.sessionAffinity`]: { cookieName: 'shop', ...fields } });

const SHAPE: readonly Row[] = [
  row({ spec: undefined }, 'spec', '(nothing)', /required/),
  row({ spec: null }, 'spec', 'null', /use fields/),
  row({ kind: 'MetricTemplate' }, 'kind', '"MetricTemplate"', /^use Canary$/),
  row({ apiVersion: 'flagger.app/v1alpha3' }, 'apiVersion', '"flagger.app/v1alpha3"', /^use flagger.app\/v1beta1$/),
  row({ [A]: undefined }, A, '(nothing)', /required/),
  row({ 'spec.targetRef': undefined }, 'spec.targetRef', '(nothing)', /required/),
  row({ 'spec.targetRef.name': '' }, 'spec.targetRef.name', '""', /name of an object/),
  row({ 'spec.targetRef.kind': 'Pod' }, 'spec.targetRef.kind', '"Pod"', /one of DaemonSet, Deployment, Service/),
  row({ 'spec.provider': 'mesh' }, 'spec.provider', '"mesh"', /one of apisix, .*traefik$/),
  row({ 'spec.provider': '' }, 'spec.provider', '""', /one of apisix/),
  row({ 'spec.routeRef.kind': 'Ingress' }, 'spec.routeRef.kind', '"Ingress"', /^use one of ApisixRoute, HTTPRoute$/),
  row({ 'spec.suspend': 'yes' }, 'spec.suspend', '"yes"', /true or false/),
  row({ 'spec.service.port': undefined }, 'spec.service.port', '(nothing)', /required: use a number/),
  row({ 'spec.service.port': '80' }, 'spec.service.port', '"80"', /use a number/),
  row({ 'spec.service.targetPort': true }, 'spec.service.targetPort', 'true', /number or a name/),
  row({ 'spec.service.trafficDistribution': 'Near' }, 'spec.service.trafficDistribution', '"Near"', /PreferClose/),
  row({ 'spec.service.hosts': 'a.test' }, 'spec.service.hosts', '"a.test"', /use a list/),
  row(
    { 'spec.service.gatewayRefs': Array.from({ length: 33 }, () => ({ name: 'g' })) },
    'spec.service.gatewayRefs',
    'a list',
    /at most 32 entries/,
  ),
  row({ 'spec.service.gatewayRefs': [{ name: 'g', port: 0 }] }, 'spec.service.gatewayRefs[0].port', '0', /1 or more/),
  row(
    { 'spec.service.gatewayRefs': [{ name: 'g', group: 'A B' }] },
    'spec.service.gatewayRefs[0].group',
    '"A B"',
    /API group/,
  ),
  row(
    { 'spec.service.mirror': [{ backendRef: { name: 'b' } }] },
    'spec.service.mirror[0].backendRef.port',
    '(nothing)',
    /needs the number of its port/,
  ),
  row(
    { 'spec.service.match': [{ uri: { exact: '/', prefix: '/' } }] },
    'spec.service.match[0].uri.prefix',
    '"/"',
    /at most one of exact, prefix, regex \(exact is set too\)/,
  ),
  row(
    { 'spec.service.trafficPolicy': { loadBalancer: {} } },
    'spec.service.trafficPolicy.loadBalancer',
    'an object',
    /exactly one of simple, consistentHash/,
  ),
  row({ [`${A}.interval`]: '10x' }, `${A}.interval`, '"10x"', DURATION),
  row({ [`${A}.interval`]: '' }, `${A}.interval`, '""', DURATION),
  row({ [`${A}.interval`]: '1min' }, `${A}.interval`, '"1min"', DURATION),
  row({ [`${A}.interval`]: '1h' }, `${A}.interval`, '"1h"', DURATION),
  row({ [`${A}.interval`]: 30 }, `${A}.interval`, '30', DURATION),
  row({ [`${A}.interval`]: undefined }, `${A}.interval`, '(nothing)', DURATION),
  row({ [`${A}.threshold`]: undefined }, `${A}.threshold`, '(nothing)', /required: use a number/),
  row({ [`${A}.stepWeight`]: undefined }, A, 'an object', /exactly one of iterations, stepWeight, stepWeights$/),
  row({ [`${A}.stepWeights`]: [10] }, `${A}.stepWeights`, '[10]', /exactly one of .*\(stepWeight is set too\)/),
  row({ [`${A}.iterations`]: 10 }, `${A}.stepWeight`, '10', /exactly one of .*\(iterations is set too\)/),
  row({ [`${A}.metrics`]: [{}] }, `${A}.metrics[0].name`, '(nothing)', /required/),
  row(metric({ interval: '5q' }), `${A}.metrics[0].interval`, '"5q"', DURATION),
  row(metric({ interval: '5mins' }), `${A}.metrics[0].interval`, '"5mins"', DURATION),
  row(metric({ templateRef: { name: '' } }), `${A}.metrics[0].templateRef.name`, '""', /name of an object/),
  row(hook({ timeout: '5' }), `${A}.webhooks[0].timeout`, '"5"', DURATION),
  row(hook({ timeout: '5sec' }), `${A}.webhooks[0].timeout`, '"5sec"', DURATION),
  row(hook({ type: 'confirm' }), `${A}.webhooks[0].type`, '"confirm"', /one of confirm-rollout, /),
  row(hook({ name: undefined }), `${A}.webhooks[0].name`, '(nothing)', /required/),
  row(hook({ metadata: { port: 80 } }), `${A}.webhooks[0].metadata.port`, '(a value not shown here)', /in quotes/),
];

const VALUES: readonly Row[] = [
  row({ [`${A}.stepWeight`]: undefined, [`${A}.iterations`]: -2 }, `${A}.iterations`, '-2', /how many checks/),
  row(
    hook({ type: 'rollback', metadata: { cmd: 'hey -z 1m http://a/' } }),
    `${A}.webhooks[0].type`,
    '"rollback"',
    /starts a load test.*use the type rollout$/,
  ),
  row(
    {
      'spec.provider': 'gatewayapi:v1',
      'spec.service.gatewayRefs': [{ name: 'g' }],
      'spec.service.corsPolicy': { allowOrigins: [{ prefix: 'https://' }] },
    },
    'spec.service.corsPolicy.allowOrigins[0]',
    '"a pattern"',
    /only exact is supported/,
  ),
  row(
    {
      'spec.provider': 'gatewayapi:v1',
      'spec.service.gatewayRefs': [{ name: 'g' }],
      'spec.service.match': [{ port: 80 }],
    },
    'spec.service.match[0].port',
    '80',
    /can’t tell requests apart by it/,
  ),
  row(
    { 'spec.service.name': 'x'.repeat(56) },
    'spec.service.name',
    `"${'x'.repeat(56)}"`,
    /more than 63 characters: use a name of at most 55$/,
  ),
  row(
    { 'spec.targetRef.name': 'x'.repeat(56) },
    'spec.targetRef.name',
    `"${'x'.repeat(56)}"`,
    /at most 55, or set spec.service.name$/,
  ),
  row({ 'spec.targetRef.name': 'my.app' }, 'spec.targetRef.name', '"my.app"', /lower case letters, digits/),
  row(
    { 'spec.targetRef.name': 'x'.repeat(240), 'spec.service.name': 'x' },
    'spec.targetRef.name',
    `"${'x'.repeat(78)}…`,
    /use at most \d+ characters$/,
  ),
  row({ [`${A}.interval`]: '715827883s' }, `${A}.interval`, '"715827883s"', /use at most 715827882s/),
  row({ 'spec.progressDeadlineSeconds': 2 ** 31 }, 'spec.progressDeadlineSeconds', '2147483648', /at most 2147483647/),
  row(hook({ retries: 101 }), `${A}.webhooks[0].retries`, '101', /at most 100/),
  row(
    {
      'spec.autoscalerRef': {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        name: 'a',
        primaryScalerReplicas: { maxReplicas: 2 ** 31 },
      },
    },
    'spec.autoscalerRef.primaryScalerReplicas.maxReplicas',
    '2147483648',
    /at most 2147483647/,
  ),
  row(hook({ timeout: '1441m' }), `${A}.webhooks[0].timeout`, '"1441m"', /at most 24h/),
  row(hook({ metadata: { cmd: 'x'.repeat(140_000) } }), 'spec', '"138 KiB"', /use at most 128 KiB/),
  row({ 'spec.metricsServer': 'prometheus:9090' }, 'spec.metricsServer', '(a value not shown here)', /whole URL/),
  row({ 'spec.progressDeadlineSeconds': 0 }, 'spec.progressDeadlineSeconds', '0', /1 or more/),
  row({ 'spec.routeRef': undefined }, 'spec.routeRef', '(nothing)', /apisix route selector is empty/),
  row({ 'spec.routeRef': undefined, 'spec.provider': undefined }, 'spec.routeRef', '(nothing)', /selector is empty/),
  row({ 'spec.routeRef.kind': 'HTTPRoute' }, 'spec.routeRef.kind', '"HTTPRoute"', /^apisix goes by an ApisixRoute/),
  row(
    { ...ownRoute(), 'spec.routeRef.apiVersion': 'example.com/v1' },
    'spec.routeRef.apiVersion',
    '"example.com/v1"',
    /^use gateway\.networking\.k8s\.io\/v1$/,
  ),
  row(
    { ...ownRoute(), 'spec.targetRef': { apiVersion: 'v1', kind: 'Service', name: 'podinfo' } },
    'spec.routeRef',
    'an object',
    /^a route of your own leads users to the Service podinfo itself/,
  ),
  row({ ...ownRoute(), [`${A}.mirror`]: true }, `${A}.mirror`, 'true', /^in an HTTPRoute of your own only weights/),
  row(
    { ...ownRoute(), [`${A}.sessionAffinity`]: { cookieName: 'c' } },
    `${A}.sessionAffinity`,
    'an object',
    /^in an HTTPRoute of your own only weights/,
  ),
  row(
    { ...ownRoute(), [`${A}.match`]: [{ headers: { a: { exact: 'b' } } }] },
    `${A}.match`,
    'a list',
    /^in an HTTPRoute of your own only weights/,
  ),
  row({ 'spec.service': undefined }, 'spec.service', '(nothing)', /required: set its port/),
  row({ 'spec.service.port': 0 }, 'spec.service.port', '0', /from 1 to 65535/),
  row({ 'spec.service.port': 80.5 }, 'spec.service.port', '80.5', /whole number/),
  row({ 'spec.service.targetPort': 70_000 }, 'spec.service.targetPort', '70000', /from 0 to 65535/),
  row({ 'spec.service.targetPort': 'x y' }, 'spec.service.targetPort', '"x y"', /name of a container port/),
  row({ 'spec.service.portName': 'A_B' }, 'spec.service.portName', '"A_B"', /lower case letters/),
  row({ 'spec.service.targetPort': '9898' }, 'spec.service.targetPort', '"9898"', /without quotes/),
  row(
    {
      'spec.autoscalerRef': {
        ...ref('HorizontalPodAutoscaler'),
        primaryScalerReplicas: { minReplicas: 5, maxReplicas: 3 },
      },
    },
    'spec.autoscalerRef.primaryScalerReplicas.minReplicas',
    '5',
    /not above maxReplicas \(3\)/,
  ),
  row({ [`${A}.threshold`]: -1 }, `${A}.threshold`, '-1', /whole number, 0 or more/),
  row({ [`${A}.threshold`]: 1.5 }, `${A}.threshold`, '1.5', /whole number/),
  row({ [`${A}.maxWeight`]: 101 }, `${A}.maxWeight`, '101', /from 1 to 100/),
  row({ [`${A}.maxWeight`]: 0 }, `${A}.maxWeight`, '0', /from 1 to 100/),
  row({ [`${A}.stepWeight`]: 0 }, `${A}.stepWeight`, '0', /1 or more/),
  row({ [`${A}.stepWeight`]: -5 }, `${A}.stepWeight`, '-5', /1 or more/),
  row({ [`${A}.stepWeight`]: 2.5 }, `${A}.stepWeight`, '2.5', /whole number/),
  row(steps([]), `${A}.stepWeights`, '[]', /at least one weight/),
  row(steps([0, 10]), `${A}.stepWeights[0]`, '0', /from 1 to 100/),
  row(steps([10, 150, 200]), `${A}.stepWeights[1]`, '150', /from 1 to 100/),
  row(steps([10, -1]), `${A}.stepWeights[1]`, '-1', /1 or more/),
  row(steps([10, 10, 20]), `${A}.stepWeights`, '[10, 10, 20]', /ascending/),
  row(steps([10, 30, 20]), `${A}.stepWeights`, '[10, 30, 20]', /ascending/),
  row(steps([100, 150]), `${A}.stepWeights`, '[100, 150]', /ascending/),
  row({ [`${A}.stepWeightPromotion`]: 101 }, `${A}.stepWeightPromotion`, '101', /from 0 to 100/),
  row({ [`${A}.stepWeightPromotion`]: -1 }, `${A}.stepWeightPromotion`, '-1', /from 0 to 100/),
  row({ [`${A}.mirrorWeight`]: 200 }, `${A}.mirrorWeight`, '200', /from 0 to 100/),
  row(affinity({ maxAge: -5 }), `${A}.sessionAffinity.maxAge`, '-5', /thrown away at once/),
  row(affinity({ cookieName: 'a b;c' }), `${A}.sessionAffinity.cookieName`, '"a b;c"', /no cookie has such a name/),
  row({ [`${A}.primaryReadyThreshold`]: 101 }, `${A}.primaryReadyThreshold`, '101', /from 0 to 100/),
  row({ [`${A}.canaryReadyThreshold`]: -1 }, `${A}.canaryReadyThreshold`, '-1', /from 0 to 100/),
  row(
    metric({ name: 'latency' }),
    `${A}.metrics[0].name`,
    '"latency"',
    /no usable metrics template and query were configured/,
  ),
  row(metric({ name: 'latency', query: '' }), `${A}.metrics[0].name`, '"latency"', /no usable metrics template/),
  row(metric({ interval: '0s' }), `${A}.metrics[0].interval`, '"0s"', DURATION),
  row(metric({ thresholdRange: { min: 2, max: 1 } }), `${A}.metrics[0].thresholdRange.min`, '2', /not above max \(1\)/),
  row(hook({ url: '' }), `${A}.webhooks[0].url`, '(nothing)', /URL/),
  row(hook({ url: 'loadtester.test' }), `${A}.webhooks[0].url`, '(a value not shown here)', /whole URL/),
  row(hook({ url: 'ftp://loadtester.test' }), `${A}.webhooks[0].url`, '(a value not shown here)', /whole URL/),
  row(hook({ timeout: '0s' }), `${A}.webhooks[0].timeout`, '"0s"', /use a duration/),
  row(hook({ retries: -1 }), `${A}.webhooks[0].retries`, '-1', /0 or more/),
  row(
    { [`${A}.sessionAffinity`]: { cookieName: 'c', primaryCookieName: 'c' } },
    `${A}.sessionAffinity.primaryCookieName`,
    '"c"',
    /can't use the same cookie name/,
  ),
  row({ 'spec.provider': 'gatewayapi:v1' }, 'spec.service.gatewayRefs', '(nothing)', /^GatewayRefs must be specified/),
  row({ 'spec.provider': 'nginx' }, 'spec.ingressRef', '(nothing)', /^ingress selector is empty/),
  row({ 'spec.provider': 'skipper' }, 'spec.ingressRef', '(nothing)', /^ingress selector is empty/),
];

const blocked = (...features: readonly Feature[]) => ({
  noCrossNamespaceRefs: true,
  support: supporting(...features),
});

const NAMESPACES: readonly Row[] = [
  row(
    metric({ templateRef: { name: 't', namespace: 'other' } }),
    `${A}.metrics[0].templateRef.namespace`,
    '"other"',
    /^can't access metric template t\.other, cross-namespace references are blocked$/,
    blocked(),
  ),
  row(
    { 'spec.upstreamRef': { ...ref('Upstream'), namespace: 'other' } },
    'spec.upstreamRef.namespace',
    '"other"',
    /^can't access gloo upstream x\.other, cross-namespace references are blocked$/,
    blocked('upstreamRef'),
  ),
  row(
    { [`${A}.alerts`]: [{ name: 'a', providerRef: { name: 'p', namespace: 'other' } }] },
    `${A}.alerts[0].providerRef.namespace`,
    '"other"',
    /^can't access alert provider p\.other, cross-namespace references are blocked$/,
    blocked('analysis.alerts'),
  ),
];

const AUDIENCE = [{ headers: { 'x-canary': { exact: 'yes' } } }];
const ITERATIONS = { [`${A}.stepWeight`]: undefined, [`${A}.iterations`]: 3 };
const on = (provider: string) => ({ 'spec.provider': provider });

const UNBUILT: readonly Row[] = [
  ...PROVIDERS.filter((provider) => !SUPPORT.providers[provider]).map((provider) =>
    row({ 'spec.provider': provider }, 'spec.provider', `"${provider}"`, NOT_YET),
  ),
  row(
    { 'spec.provider': undefined },
    'spec.provider',
    '"appmesh"',
    /is what a Canary without spec.provider gets here/,
    {
      defaultProvider: 'appmesh',
    },
  ),
  row(on('linkerd'), 'spec.provider', '"linkerd"', /; Linkerd takes HTTPRoutes, use gatewayapi:v1 with a Service in /),
  row(
    on('appmesh:v1beta2'),
    'spec.provider',
    '"appmesh:v1beta2"',
    /traefik; App Mesh has ended .*, use gatewayapi:v1$/,
  ),
  row({ 'spec.provider': undefined }, 'spec.provider', '"toString"', NOT_YET, { defaultProvider: 'toString' }),
  row({ 'spec.upstreamRef': ref('Upstream') }, 'spec.upstreamRef', 'an object', NOT_YET),
];

/** What the traffic provider can't do, although Serinus could with another. */
const BEYOND_PROVIDER: readonly Row[] = [
  row(
    { ...on('traefik'), [`${A}.match`]: AUDIENCE, ...ITERATIONS },
    `${A}.match`,
    'a list',
    /^traefik can't tell requests apart, remove it or use a provider that can: apisix, .*istio/,
    { support: everything() },
  ),
  row({ ...on('skipper'), [`${A}.match`]: AUDIENCE }, `${A}.match`, 'a list', /can't tell requests apart/, {
    support: everything(),
  }),
  row(
    { ...on('istio'), [`${A}.match`]: [{ headers: { a: { exact: 'b' } } }, { headers: {} }] },
    `${A}.match[1]`,
    'an object',
    /^it fits every request/,
    { support: everything() },
  ),
  row(
    { ...on('contour'), [`${A}.match`]: [{ headers: { a: { exact: '' } } }] },
    `${A}.match[0].headers.a`,
    '(a value not shown here)',
    /^an empty text fits every request/,
    { support: everything() },
  ),
  ...(['match', 'mirror', 'sessionAffinity'] as const).map((part) => {
    const value = { match: AUDIENCE, mirror: true, sessionAffinity: { cookieName: 'cv' } }[part];
    const edits = { ...on('istio'), 'spec.service.appProtocol': 'TCP', [`${A}.${part}`]: value };
    const shown = { match: 'a list', mirror: 'true', sessionAffinity: 'an object' }[part];
    return row(edits, `${A}.${part}`, shown, /^spec\.service\.appProtocol TCP has no requests/, {
      support: everything(),
    });
  }),
  ...(['hosts', 'gateways'] as const).map((part) =>
    row(
      { ...on('istio'), 'spec.service.delegation': true, [`spec.service.${part}`]: ['a'] },
      `spec.service.${part}`,
      'a list',
      /cannot have hosts and gateways when delegation enabled/,
      { support: everything() },
    ),
  ),
  row(
    { ...on('nginx'), [`${A}.match`]: [{ sourceLabels: { app: 'a' } }] },
    `${A}.match[0].sourceLabels`,
    'an object',
    /^nginx can't tell requests apart by it, use headers$/,
    { support: everything() },
  ),
  row({ ...on('traefik'), [`${A}.mirror`]: true }, `${A}.mirror`, 'true', /^traefik can't mirror requests.*istio/, {
    support: everything(),
  }),
  row(
    { ...on('nginx'), [`${A}.sessionAffinity`]: { cookieName: 'c' } },
    `${A}.sessionAffinity`,
    'an object',
    /^nginx can't keep a client at the canary/,
    { support: everything() },
  ),
];

const target = (kind: string, apiVersion: string) => ({ 'spec.targetRef': { apiVersion, kind, name: 'podinfo' } });

const TARGETS: readonly Row[] = [
  row(
    target('Service', 'serving.knative.dev/v1'),
    'spec.targetRef.apiVersion',
    '"serving.knative.dev/v1"',
    /^Knative Services can't be released/,
  ),
  row(
    target('DaemonSet', 'apps.kruise.io/v1alpha1'),
    'spec.targetRef.apiVersion',
    '"apps.kruise.io/v1alpha1"',
    /^use apps\/v1: other kinds of DaemonSet can't be released$/,
  ),
  row(
    { ...target('Service', 'v1'), ...on('kubernetes') },
    'spec.provider',
    '"kubernetes"',
    /^kubernetes leads users by the Service podinfo itself.* routes to podinfo-primary: apisix, .*istio$/,
  ),
  row(
    { ...target('Service', 'v1'), ...on('nginx'), 'spec.ingressRef': ref('Ingress') },
    'spec.provider',
    '"nginx"',
    /^nginx leads users by the Service/,
  ),
  row(
    { ...target('Service', 'v1'), 'spec.service.name': 'web' },
    'spec.service.name',
    '"web"',
    /^leave it out, or use podinfo: /,
  ),
  ...['DaemonSet', 'Service'].map((kind) =>
    row(
      { ...target(kind, 'v1'), 'spec.autoscalerRef': ref('HorizontalPodAutoscaler') },
      'spec.autoscalerRef',
      'an object',
      new RegExp(`^can't use autoscaler with ${kind}, `),
    ),
  ),
];

for (const [title, rows] of Object.entries({ BEYOND_PROVIDER, TARGETS, SHAPE, VALUES, NAMESPACES, UNBUILT })) {
  describe(title.toLowerCase(), () => {
    for (const { edits, field, value, remedy, options } of rows) {
      test(`${field} ${value}`, () => {
        const parsed = parseCanary(canaryWith(edits), { ...OPTIONS, ...options });
        assert.ok(!parsed.ok, 'accepted');
        assert.deepEqual([parsed.refusal.field, parsed.refusal.value], [field, value]);
        assert.match(parsed.refusal.remedy, remedy);
        assert.equal(parsed.refusal.generation, 4);
      });
    }
  });
}

describe('what asks for nothing is not refused', () => {
  const harmless: readonly Readonly<Record<string, unknown>>[] = [
    { [`${A}.match`]: [] },
    { [`${A}.mirror`]: false },
    { [`${A}.mirrorWeight`]: 0 },
    { [`${A}.alerts`]: [] },
    { [`${A}.alerts`]: [{ name: 'a', severity: 'error', providerRef: { name: 'p' } }] },
    hook({ type: 'event' }),
    { [`${A}.stepWeightPromotion`]: 0 },
    { [`${A}.stepWeight`]: 150 },
    metric({ templateRef: { name: 't', namespace: 'other' } }),
    metric({ thresholdRange: { min: 1, max: 1 } }),
    target('DaemonSet', 'apps/v1'),
    target('Deployment', 'extensions/v1beta1'),
    target('Service', 'v1'),
    { ...target('Service', 'core/v1'), 'spec.service.name': 'podinfo' },
    { 'spec.autoscalerRef': ref('ScaledObject') },
  ];
  for (const edits of harmless) {
    test(JSON.stringify(edits), () => assert.ok(parseCanary(canaryWith(edits), OPTIONS).ok));
  }

  test('references within the namespace, where others are blocked', () => {
    const near = metric({ templateRef: { name: 't', namespace: 'test' } });
    assert.ok(parseCanary(canaryWith(near), { ...OPTIONS, noCrossNamespaceRefs: true }).ok);
  });
});

test('what is no object at all', () => {
  for (const nothing of [undefined, null, 7, 'Canary', []]) {
    const parsed = parseCanary(nothing, OPTIONS);
    assert.ok(!parsed.ok);
    assert.deepEqual([parsed.refusal.field, parsed.refusal.generation], ['object', 0]);
  }
});

test('a refusal in one line', () => {
  const parsed = parseCanary(canaryWith({ [`${A}.interval`]: '10x' }), OPTIONS);
  assert.ok(!parsed.ok);
  assert.equal(
    describeRefusal(parsed.refusal),
    'spec.analysis.interval: "10x" is not valid, use a duration such as 30s or 1m',
  );
});

test('secrets stay out of refusals', () => {
  const secret = 'hunter2';
  const leaks: readonly Readonly<Record<string, unknown>>[] = [
    { 'spec.metricsServer': `https//u:${secret}@prometheus` },
    hook({ url: `u:${secret}@h.test` }),
    hook({ metadata: { token: [secret] } }),
    { [`${A}.webhooks`]: [{ name: 1, url: `http://u:${secret}@h.test`, metadata: { secret } }] },
    metric({ templateRef: { name: 't' }, templateVariables: { token: [secret] } }),
    { 'spec.service.headers': { request: { set: { authorization: [secret] } } } },
  ];
  for (const edits of leaks) {
    const parsed = parseCanary(canaryWith(edits), OPTIONS);
    assert.ok(!parsed.ok, JSON.stringify(edits));
    assert.ok(!JSON.stringify(parsed.refusal).includes(secret), JSON.stringify(parsed.refusal));
  }
});

test('a long value is cut', () => {
  const parsed = parseCanary(canaryWith({ 'spec.provider': 'x'.repeat(500) }), OPTIONS);
  assert.ok(!parsed.ok);
  assert.equal(parsed.refusal.value.length, 80);
});
