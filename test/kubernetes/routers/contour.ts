import { ALL_TO_CANARY, canaryAt, EVERYBODY_TO_CANARY, type Weights } from '../../../src/domain/weights.js';
import { FLUX_SHIELD } from '../../../src/kubernetes/objects/metadata.js';
import { HTTP_PROXIES } from '../../../src/routers/contour.js';
import type { Generated, RouterCase } from '../router-contract.js';

interface Route {
  readonly conditions: readonly object[];
  readonly [field: string]: unknown;
}

function services({ primary, canary }: Weights, namespace: string): readonly object[] {
  return [
    ['cart-primary', primary],
    ['cart-canary', canary],
  ].map(([name, weight]) => {
    const value = `${name}.${namespace}.svc.cluster.local:80`;
    return { name, port: 80, weight, requestHeadersPolicy: { set: [{ name: 'l5d-dst-override', value }] } };
  });
}

function proxy(routes: readonly object[]): readonly Generated[] {
  return [{ type: HTTP_PROXIES, name: 'cart', annotations: { ...FLUX_SHIELD }, spec: { routes } }];
}

const EVERYTHING = [{ prefix: '/' }];

const AUDIENCES = [
  [
    { prefix: '/', header: { name: 'cookie', regex: '^(.*?;)?(beta=1)(;.*)?$' } },
    { header: { name: 'x-beta', exact: 'yes' } },
  ],
  [{ prefix: '/', header: { name: 'x-user', regex: '.*@example\\.org' } }],
];

export const contour: RouterCase = {
  provider: 'contour',
  canary: {},
  users: () => [],
  generated: (weights, namespace) => proxy([{ conditions: EVERYTHING, services: services(weights, namespace) }]),
  variants: [
    {
      name: 'shows the canary to an audience',
      canary: {
        analysis: {
          stepWeight: null,
          maxWeight: null,
          iterations: 3,
          match: [
            { headers: { 'x-beta': { exact: 'yes' }, cookie: { regex: '^(.*?;)?(beta=1)(;.*)?$' } } },
            { headers: { 'x-user': { suffix: '@example.org' } } },
          ],
        },
      },
      weights: [ALL_TO_CANARY, EVERYBODY_TO_CANARY, ALL_TO_CANARY, canaryAt(50)],
      generated: (weights, namespace) => {
        const all = { conditions: EVERYTHING, services: services(weights, namespace) };
        const others = { conditions: EVERYTHING, services: services(canaryAt(0), namespace) };
        return proxy(weights.everybody ? [all] : [...AUDIENCES.map((conditions) => ({ ...all, conditions })), others]);
      },
    },
    {
      name: 'treats requests as the Canary says',
      canary: {
        service: {
          match: [{ uri: { prefix: '/api' } }],
          timeout: '15s',
          retries: { attempts: 3, perTryTimeout: '2s', retryOn: 'gateway-error,reset' },
        },
      },
      weights: [canaryAt(20)],
      generated: (weights, namespace) =>
        proxy([
          {
            conditions: [{ prefix: '/api' }],
            services: services(weights, namespace),
            timeoutPolicy: { response: '15s', idle: '5m' },
            retryPolicy: { count: 3, perTryTimeout: '2s', retryOn: ['gateway-error', 'reset'] },
          },
        ]),
    },
    {
      name: 'leaves how often a request is tried again to Contour',
      canary: { service: { retries: { retryOn: 'reset' } } },
      weights: [],
      generated: (weights, namespace) =>
        proxy([
          {
            conditions: EVERYTHING,
            services: services(weights, namespace),
            retryPolicy: { count: 1, retryOn: ['reset'] },
          },
        ]),
    },
  ],
  spoil: (object) => {
    const { routes } = object['spec'] as { routes: readonly Route[] };
    return { ...object, spec: { routes: routes.map((route) => ({ ...route, enableWebsockets: true })) } };
  },
  embellish: (object) => ({
    ...object,
    spec: {
      ...(object['spec'] as object),
      virtualhost: { fqdn: 'shop.example.org' },
      includes: [{ name: 'docs', conditions: [{ prefix: '/docs' }] }],
    },
  }),
  refused: [
    {
      name: 'an audience that is everybody',
      edit: (canary) => ({ ...canary, analysis: { ...canary.analysis, match: [{}] } }),
      message: /^spec\.analysis\.match\[0\]: {} fits every request/,
    },
    {
      name: 'a timeout that is none',
      edit: (canary) => ({ ...canary, service: { ...canary.service, timeout: 'soon' } }),
      message: /^HTTPProxy cart\.\S+ update failed: .*timeoutPolicy\.response/,
    },
  ],
};
