import { ALL_TO_CANARY, canaryAt, EVERYBODY_TO_CANARY, MIRRORED, type Weights } from '../../../src/domain/weights.js';
import { FLUX_SHIELD } from '../../../src/kubernetes/objects/metadata.js';
import { DESTINATION_RULES, VIRTUAL_SERVICES } from '../../../src/routers/istio/objects.js';
import type { Generated, RouterCase, Variant } from '../router-contract.js';

function rules(trafficPolicy?: object): readonly Generated[] {
  return ['cart-canary', 'cart-primary'].map((host) => ({
    type: DESTINATION_RULES,
    name: host,
    spec: { host, ...(trafficPolicy ? { trafficPolicy } : {}) },
  }));
}

function objects(spec: object, trafficPolicy?: object): readonly Generated[] {
  const annotations = { ...FLUX_SHIELD };
  return [...rules(trafficPolicy), { type: VIRTUAL_SERVICES, name: 'cart', annotations, spec }];
}

function route({ primary, canary }: Weights, port?: number): { route: readonly object[] } {
  const to = (host: string, weight: number) => ({
    destination: port === undefined ? { host } : { host, port: { number: port } },
    weight,
  });
  return { route: [to('cart-primary', primary), to('cart-canary', canary)] };
}

const OTHERS = { route: [{ destination: { host: 'cart-primary' }, weight: 100 }] };
const IN_MESH = { hosts: ['cart'], gateways: ['mesh'] };

const SERVICE_MATCH = [
  { uri: { prefix: '/api' }, method: { exact: 'GET' } },
  { uri: { exact: '/' }, port: 80 },
];
const HEADERS = {
  request: { add: { 'x-a': '1' }, set: { 'x-b': '2' }, remove: ['x-c'] },
  response: { add: { 'x-d': '3' } },
};
const RETRIES = { attempts: 3, perTryTimeout: '2s', retryOn: 'gateway-error,connect-failure' };
const CORS = {
  allowOrigin: ['https://old.example.org'],
  allowOrigins: [{ exact: 'https://example.org' }, { regex: 'https://.*\\.example\\.org' }],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['x-a'],
  exposeHeaders: ['x-d'],
  allowCredentials: true,
  maxAge: '24h',
};
const TRAFFIC_POLICY = {
  connectionPool: { http: { h2UpgradePolicy: 'UPGRADE', http2MaxRequests: 10, idleTimeout: '30s', maxRetries: 2 } },
  loadBalancer: {
    consistentHash: { httpCookie: { name: 'user', ttl: '0s' }, minimumRingSize: 1024 },
    localityLbSetting: { enabled: true, failover: [{ from: 'eu', to: 'us' }] },
    warmupDurationSecs: '30s',
  },
  outlierDetection: { consecutive5xxErrors: 5, consecutiveErrors: 5, interval: '10s', maxEjectionPercent: 50 },
  tls: { mode: 'MUTUAL', clientCertificate: '/a', privateKey: '/b', subjectAltNames: ['cart'] },
};

const audience: Variant = {
  name: 'shows the canary to an audience',
  canary: {
    service: { match: SERVICE_MATCH },
    analysis: {
      stepWeight: null,
      maxWeight: null,
      iterations: 3,
      match: [
        { headers: { 'x-beta': { exact: 'yes' }, 'x-user': { suffix: '@example.org' } } },
        { queryParams: { beta: { regex: '1|2' } }, sourceLabels: { app: 'front' } },
      ],
    },
  },
  weights: [ALL_TO_CANARY, EVERYBODY_TO_CANARY, ALL_TO_CANARY, canaryAt(50)],
  generated: (weights) => {
    const byHeader = { headers: { 'x-beta': { exact: 'yes' }, 'x-user': { regex: '.*@example\\.org' } } };
    const byQuery = { queryParams: { beta: { regex: '1|2' } }, sourceLabels: { app: 'front' } };
    const match = [byHeader, byQuery].flatMap((own) => SERVICE_MATCH.map((service) => ({ ...service, ...own })));
    const all = { match: SERVICE_MATCH, ...route(weights) };
    return objects({
      ...IN_MESH,
      http: weights.everybody
        ? [all]
        : [
            { ...all, match },
            { match: SERVICE_MATCH, ...OTHERS },
          ],
    });
  },
};

const mirroring: Variant = {
  name: 'copies a share of the requests',
  canary: { analysis: { mirror: true, mirrorWeight: 25 } },
  weights: [MIRRORED, canaryAt(10), MIRRORED],
  generated: (weights) => {
    const mirror = { mirror: { host: 'cart-canary' }, mirrorPercentage: { value: 25 } };
    return objects({ ...IN_MESH, http: [{ ...(weights.mirrored ? mirror : {}), ...route(weights) }] });
  },
};

const everything: Variant = {
  name: 'treats requests as the Canary says',
  canary: {
    service: {
      apex: { labels: { tier: 'front' } },
      hosts: ['shop.example.org'],
      gateways: ['infra/public'],
      portDiscovery: true,
      match: SERVICE_MATCH,
      rewrite: { uri: '/v1', authority: 'cart.example.org', type: 'ReplacePrefixMatch' },
      timeout: '15s',
      retries: RETRIES,
      headers: HEADERS,
      corsPolicy: CORS,
      trafficPolicy: TRAFFIC_POLICY,
    },
  },
  weights: [canaryAt(20)],
  generated: (weights) =>
    objects(
      {
        hosts: ['shop.example.org', 'cart'],
        gateways: ['infra/public'],
        http: [
          {
            match: SERVICE_MATCH,
            rewrite: { uri: '/v1', authority: 'cart.example.org' },
            timeout: '15s',
            retries: RETRIES,
            headers: HEADERS,
            corsPolicy: CORS,
            ...route(weights, 80),
          },
        ],
      },
      TRAFFIC_POLICY,
    ).map((object) => (object.type === VIRTUAL_SERVICES ? { ...object, labels: { tier: 'front' } } : object)),
};

export const istio: RouterCase = {
  provider: 'istio',
  canary: {},
  users: () => [],
  generated: (weights) => objects({ ...IN_MESH, http: [route(weights)] }),
  variants: [
    audience,
    mirroring,
    everything,
    {
      name: 'is delegated to',
      canary: { service: { delegation: true } },
      weights: [canaryAt(20)],
      generated: (weights) => objects({ http: [route(weights)] }),
    },
    {
      name: 'divides connections',
      canary: { service: { appProtocol: 'tcp', match: [{ port: 5432 }, { port: 5433 }] } },
      weights: [canaryAt(20)],
      generated: (weights) =>
        objects({ ...IN_MESH, tcp: [{ match: [{ port: 5432 }, { port: 5433 }], ...route(weights) }] }),
    },
  ],
  spoil: (object) => {
    const spec = object['spec'] as object;
    return { ...object, spec: 'host' in spec ? { host: 'elsewhere' } : { ...spec, gateways: ['elsewhere'] } };
  },
  embellish: (object) => {
    const spec = object['spec'] as object;
    const theirs = 'host' in spec ? { subsets: [{ name: 'v1', labels: { version: 'v1' } }] } : {};
    return { ...object, spec: { ...spec, ...theirs, exportTo: ['.'] } };
  },
  refused: [
    {
      name: 'a delegate with hosts',
      edit: (canary) => ({ ...canary, service: { ...canary.service, delegation: true, hosts: ['a.example.org'] } }),
      message: /^VirtualService cart\.\S+ cannot have hosts and gateways when delegation enabled$/,
    },
    {
      name: 'an audience among connections',
      edit: (canary) => ({
        ...canary,
        service: { ...canary.service, appProtocol: 'tcp' },
        analysis: { ...canary.analysis, match: [{ sourceLabels: { app: 'front' } }] },
      }),
      message: /^spec\.analysis\.match: with spec\.service\.appProtocol tcp/,
    },
  ],
};
