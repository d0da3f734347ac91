import type { Audience } from '../../../src/crds/canary.js';
import {
  ALL_TO_CANARY,
  ALL_TO_PRIMARY,
  canaryAt,
  EVERYBODY_TO_CANARY,
  MIRRORED,
  type Weights,
} from '../../../src/domain/weights.js';
import type { KubeObject } from '../../../src/kube/object.js';
import { FLUX_SHIELD } from '../../../src/kubernetes/objects/metadata.js';
import type { CanaryPart, Generated, Refused, RouterCase, Variant } from '../router-contract.js';

const GATEWAY = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'infra' };
const ROOT = { path: { type: 'PathPrefix', value: '/' } };

/** A reference to one of the Canary's Services. */
export function ref(name: string, weight: number): unknown {
  return { group: '', kind: 'Service', name, port: 80, weight };
}

function both({ primary, canary }: Weights): unknown {
  return [ref('cart-primary', primary), ref('cart-canary', canary)];
}

const DOCS_RULE = {
  matches: [{ path: { type: 'PathPrefix', value: '/docs' } }],
  backendRefs: [{ group: '', kind: 'Service', name: 'docs', port: 80, weight: 1 }],
};

/** One version of the API, held to the contract. */
function gatewayApi(version: 'v1' | 'v1beta1', more: (route: typeof generated) => readonly Variant[]): RouterCase {
  const type = { apiVersion: `gateway.networking.k8s.io/${version}`, kind: 'HTTPRoute', plural: 'httproutes' };
  function generated(rules: readonly unknown[], spec: object = { hostnames: ['shop.example.org'] }): Generated {
    return { type, name: 'cart', annotations: FLUX_SHIELD, spec: { parentRefs: [GATEWAY], ...spec, rules } };
  }
  return {
    provider: `gatewayapi:${version}`,
    canary: { service: { hosts: ['shop.example.org'], gatewayRefs: [{ name: 'public', namespace: 'infra' }] } },
    users: () => [],
    generated: (weights) => [generated([{ matches: [ROOT], backendRefs: both(weights) }])],
    variants: more(generated),
    spoil: (object) => ({ ...object, spec: { ...(object['spec'] as object), hostnames: ['b.org'] } }),
    embellish: withRule,
    refused: [
      {
        name: 'a Canary without Gateways',
        edit: (canary) => ({ ...canary, service: { ...canary.service, gatewayRefs: undefined } }),
        message: /^GatewayRefs must be specified when using Gateway API as a provider\.$/,
      },
      refusedMatch({ method: { prefix: 'P' } }, 'method: the Gateway API knows whole methods only, set exact'),
      refusedMatch({ authority: { exact: 'a' } }, 'authority: the Gateway API can not tell requests apart by it'),
      refusedMatch({ withoutHeaders: { a: { exact: '1' } } }, 'withoutHeaders: the Gateway API can not'),
      refusedMatch({ ignoreUriCase: true }, 'ignoreUriCase: the Gateway API can not'),
      refusedMatch({ headers: { a: {} } }, 'headers.a: set exact, prefix or regex'),
      refusedAudience([{}], /^spec\.analysis\.match\[0\]: it fits every request/),
      refusedAudience([{ sourceLabels: { a: 'b' } }], /spec\.analysis\.match\[0\]\.sourceLabels/),
      {
        name: 'a host that is none',
        edit: (canary) => ({ ...canary, service: { ...canary.service, hosts: ['Shop!'] } }),
        message: /^HTTPRoute cart\.\S+ update failed: .*hostnames/,
      },
    ],
  };
}

type Generate = (rules: readonly unknown[], spec?: object) => Generated;

const AUDIENCE = { analysis: { stepWeight: null, maxWeight: null, iterations: 3 } };
const MATCH = [{ headers: { 'x-user': { exact: 'insider' } } }, { queryParams: { beta: { regex: 'y.*' } } }];
const INSIDERS = { name: 'x-user', type: 'Exact', value: 'insider' };

/** What both versions can do. */
function common(generated: Generate): readonly Variant[] {
  return [
    {
      name: 'a mesh: the parent is the Service that clients call',
      canary: {
        service: { hosts: null, gatewayRefs: [{ group: 'core', kind: 'Service', name: 'cart', port: 80 }] },
      },
      weights: [canaryAt(10), ALL_TO_PRIMARY],
      generated: (weights) => [
        generated([{ matches: [ROOT], backendRefs: both(weights) }], {
          parentRefs: [{ group: 'core', kind: 'Service', name: 'cart', port: 80 }],
        }),
      ],
    },
    {
      name: 'an audience meets the canary, everybody else the primary',
      canary: withAnalysis({ match: MATCH }),
      weights: [ALL_TO_CANARY, EVERYBODY_TO_CANARY, ALL_TO_CANARY, canaryAt(50)],
      generated: (weights) => {
        const audience = [
          { ...ROOT, headers: [INSIDERS] },
          { ...ROOT, queryParams: [{ name: 'beta', type: 'RegularExpression', value: 'y.*' }] },
        ];
        const rules = [
          { matches: audience, backendRefs: both(weights) },
          { matches: [ROOT], backendRefs: [ref('cart-primary', 100)] },
        ];
        return [generated(weights.everybody ? [{ matches: [ROOT], backendRefs: both(weights) }] : rules)];
      },
    },
    {
      name: 'the audience is among those whom the service is for',
      canary: {
        ...withAnalysis({ match: [{ headers: { 'x-user': { suffix: '@a.b' }, 'X-Team': { prefix: 'c+' } } }] }),
        service: {
          match: [
            { uri: { prefix: '/api' }, method: { exact: 'GET' }, headers: { 'x-team': { exact: 'z' } } },
            { uri: { exact: '/' }, queryParams: { q: { exact: '1' } }, headers: { accept: { regex: 'text/.*' } } },
          ],
        },
      },
      weights: [ALL_TO_CANARY],
      generated: (weights) => {
        const team = { name: 'X-Team', type: 'RegularExpression', value: '^c\\+.*$' };
        const user = { name: 'x-user', type: 'RegularExpression', value: '^.*@a\\.b$' };
        const accept = { name: 'accept', type: 'RegularExpression', value: 'text/.*' };
        const api = { path: { type: 'PathPrefix', value: '/api' }, method: 'GET' };
        const home = {
          path: { type: 'Exact', value: '/' },
          queryParams: [{ name: 'q', type: 'Exact', value: '1' }],
        };
        const everybody = [
          { ...api, headers: [{ name: 'x-team', type: 'Exact', value: 'z' }] },
          { ...home, headers: [accept] },
        ];
        const audience = [
          { ...api, headers: [team, user] },
          { ...home, headers: [accept, team, user] },
        ];
        return [
          generated([
            { matches: audience, backendRefs: both(weights) },
            { matches: everybody, backendRefs: [ref('cart-primary', 100)] },
          ]),
        ];
      },
    },
    {
      name: 'copies of requests',
      canary: withAnalysis({ mirror: true }),
      weights: [MIRRORED, ALL_TO_CANARY, MIRRORED],
      generated: (weights) => {
        const { weight: _weight, ...backendRef } = ref('cart-canary', 0) as { weight: number };
        const filters = weights.mirrored ? { filters: [{ type: 'RequestMirror', requestMirror: { backendRef } }] } : {};
        return [generated([{ matches: [ROOT], ...filters, backendRefs: both(weights) }])];
      },
    },
    {
      name: 'headers, another path and host, and copies for somebody else, in this order',
      canary: {
        service: {
          headers: {
            request: { add: { 'x-b': '2', 'x-a': '1' }, set: { 'x-c': '3' }, remove: ['z', 'y'] },
            response: { remove: ['server'] },
          },
          rewrite: { uri: '/v2', authority: 'v2.example.org', type: 'ReplacePrefixMatch' },
          mirror: [
            { backendRef: { name: 'audit', namespace: 'logs', port: 90 } },
            { backendRef: { name: 'a', port: 9 } },
          ],
          apex: { labels: { team: 'checkout' }, annotations: { 'example.com/page': 'https://wiki' } },
        },
      },
      weights: [canaryAt(10)],
      generated: (weights) => [
        {
          ...generated([{ matches: [ROOT], filters: FILTERS, backendRefs: both(weights) }]),
          labels: { team: 'checkout' },
          annotations: { ...FLUX_SHIELD, 'example.com/page': 'https://wiki' },
        },
      ],
    },
    {
      name: 'another path, whole; any host',
      canary: { service: { hosts: null, rewrite: { uri: '/v2', type: 'anything' } } },
      weights: [canaryAt(10)],
      generated: (weights) => [generated([{ matches: [ROOT], filters: [FULL_PATH], backendRefs: both(weights) }], {})],
    },
  ];
}

const FULL_PATH = {
  type: 'URLRewrite',
  urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/v2' } },
};

const FILTERS = [
  {
    type: 'RequestHeaderModifier',
    requestHeaderModifier: {
      add: [
        { name: 'x-a', value: '1' },
        { name: 'x-b', value: '2' },
      ],
      set: [{ name: 'x-c', value: '3' }],
      remove: ['z', 'y'],
    },
  },
  { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } },
  {
    type: 'URLRewrite',
    urlRewrite: { hostname: 'v2.example.org', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
  },
  {
    type: 'RequestMirror',
    requestMirror: { backendRef: { group: '', kind: 'Service', name: 'audit', namespace: 'logs', port: 90 } },
  },
  { type: 'RequestMirror', requestMirror: { backendRef: { group: '', kind: 'Service', name: 'a', port: 9 } } },
];

const EXTENDED = {
  service: {
    timeout: '15s',
    backendTimeout: '1.5s',
    corsPolicy: {
      allowOrigin: ['https://a.org'],
      allowOrigins: [{ exact: 'https://b.org' }],
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['x-a'],
      exposeHeaders: ['x-b'],
      allowCredentials: true,
      maxAge: '24h',
    },
  },
};

/** Timeouts and CORS. */
function extended(generated: Generate): readonly Variant[] {
  const rest = { matches: [ROOT], timeouts: { request: '15s', backendRequest: '1s500ms' } };
  const lists = {
    allowOrigins: ['https://a.org', 'https://b.org'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['x-a'],
    exposeHeaders: ['x-b'],
  };
  const filters = [{ type: 'CORS', cors: { ...lists, allowCredentials: true, maxAge: 86_400 } }];
  return [
    {
      name: 'timeouts and other origins',
      canary: EXTENDED,
      weights: [canaryAt(10)],
      generated: (weights) => [generated([{ ...rest, filters, backendRefs: both(weights) }])],
    },
    {
      name: 'other origins, as short as can be',
      canary: { service: { corsPolicy: { allowOrigin: ['*'] } } },
      weights: [canaryAt(10)],
      generated: (weights) => {
        const cors = { allowOrigins: ['*'], maxAge: 5 };
        return [generated([{ matches: [ROOT], filters: [{ type: 'CORS', cors }], backendRefs: both(weights) }])];
      },
    },
  ];
}

export const gatewayApiV1 = gatewayApi('v1', (generated) => [...common(generated), ...extended(generated)]);

export const gatewayApiV1beta1 = gatewayApi('v1beta1', (generated) => [
  ...common(generated),
  {
    name: 'timeouts and other origins, which its first implementations did not know, are left out',
    canary: EXTENDED,
    weights: [canaryAt(10)],
    generated: (weights) => [generated([{ matches: [ROOT], backendRefs: both(weights) }])],
  },
]);

function withAnalysis(analysis: object): CanaryPart {
  return { analysis: { ...AUDIENCE.analysis, ...analysis } };
}

/** Somebody serves something else at the same host. */
function withRule(object: KubeObject): KubeObject {
  const spec = object['spec'] as { rules: readonly unknown[] };
  return { ...object, spec: { ...spec, rules: [...spec.rules, DOCS_RULE] } };
}

type ServiceMatch = NonNullable<Parameters<NonNullable<Refused['edit']>>[0]['service']['match']>[number];

function refusedMatch(match: ServiceMatch, text: string): Refused {
  const [field] = Object.keys(match);
  return {
    name: `a service for requests by ${field}`,
    edit: (canary) => ({ ...canary, service: { ...canary.service, match: [match] } }),
    message: new RegExp(`^Invalid request matching selectors: spec\\.service\\.match\\[0\\]\\.${text}`),
  };
}

function refusedAudience(match: readonly Audience[], message: RegExp): Refused {
  return {
    name: `an audience such as ${JSON.stringify(match)}`,
    edit: (canary) => ({ ...canary, analysis: { ...canary.analysis, match } }),
    message,
  };
}
