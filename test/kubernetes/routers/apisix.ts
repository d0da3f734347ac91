import { createHash } from 'node:crypto';
import {
  ALL_TO_CANARY,
  ALL_TO_PRIMARY,
  canaryAt,
  EVERYBODY_TO_CANARY,
  MIRRORED,
  type Weights,
} from '../../../src/domain/weights.js';
import type { KubeObject } from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import type { Generated, RouterCase } from '../router-contract.js';

const RULE = {
  name: 'web',
  match: { hosts: ['shop.example.org'], methods: ['GET', 'POST'], paths: ['/*'] },
  plugins: [{ name: 'prometheus', enable: true, config: { prefer_name: true } }],
};
const OTHER_RULE = {
  name: 'docs',
  match: { paths: ['/docs/*'] },
  backends: [{ serviceName: 'docs', servicePort: 80 }],
};
const LABELS = { app: 'storefront' };
const ANNOTATIONS = { 'example.com/owner': 'checkout' };

function route(namespace: string, backends: unknown, rules: readonly unknown[] = [OTHER_RULE]): KubeObject {
  return {
    apiVersion: APISIX_ROUTES.apiVersion,
    kind: APISIX_ROUTES.kind,
    metadata: { name: 'storefront', namespace, labels: LABELS, annotations: ANNOTATIONS },
    spec: { ingressClassName: 'apisix', http: [...rules, ...(backends === undefined ? [] : [{ ...RULE, backends }])] },
  };
}

function generated(http: readonly unknown[]): Generated {
  return {
    type: APISIX_ROUTES,
    name: 'storefront-cart-canary',
    labels: LABELS,
    annotations: ANNOTATIONS,
    spec: { ingressClassName: 'apisix', http },
  };
}

function backend(serviceName: string, weight: number): unknown {
  return { serviceName, servicePort: 80, resolveGranularity: 'service', weight };
}

function rule(suffix: string, priority: number, { primary, canary }: Weights, exprs?: readonly unknown[]): typeof RULE {
  return {
    ...RULE,
    name: `web${suffix}`,
    match: { ...RULE.match, ...(exprs ? { exprs } : {}) },
    ...{ priority, backends: [backend('cart-primary', primary), backend('cart-canary', canary)] },
  };
}

/** The first 16 digits of the SHA-256 of the Canary's name, a space, and the hash of what is released (none yet). */
function token(namespace: string): string {
  return createHash('sha256').update(`${namespace}/cart `).digest('hex').slice(0, 16);
}

function cookie(namespace: string, name: string, rest: string): unknown {
  const header = `Set-Cookie: ${name}=${token(namespace)}; ${rest}; Path=/; SameSite=Lax`;
  return { name: 'response-rewrite', enable: true, config: { headers: { add: [header] } } };
}

function holding(namespace: string, name: string): unknown {
  return { subject: { scope: 'Cookie', name }, op: 'Equal', value: token(namespace) };
}

/** A quarter of all requests is those whose random number begins with 0000 to 3fff. */
const A_QUARTER = { subject: { scope: 'Variable', name: 'request_id' }, op: 'RegexMatch', value: '^(?:[0-3])' };

const kept = (namespace: string): readonly unknown[] => [
  { ...rule('-canary-kept', 10_002, canaryAt(25), [holding(namespace, 'cv')]), backends: [backend('cart-canary', 25)] },
  {
    ...rule('-primary-kept', 10_002, canaryAt(25), [holding(namespace, 'pv')]),
    backends: [backend('cart-primary', 75)],
  },
  {
    ...rule('-canary', 10_001, canaryAt(25), [A_QUARTER]),
    plugins: [...RULE.plugins, cookie(namespace, 'cv', 'Max-Age=60')],
    backends: [backend('cart-canary', 25)],
  },
  {
    ...rule('', 10_000, canaryAt(25)),
    plugins: [...RULE.plugins, cookie(namespace, 'pv', 'Max-Age=30')],
    backends: [backend('cart-primary', 75)],
  },
];

export const apisix: RouterCase = {
  provider: 'apisix',
  canary: { routeRef: { apiVersion: APISIX_ROUTES.apiVersion, kind: APISIX_ROUTES.kind, name: 'storefront' } },
  users: (namespace) => [route(namespace, [{ serviceName: 'cart', servicePort: 80, resolveGranularity: 'service' }])],
  generated: ({ primary, canary }) => [
    {
      type: APISIX_ROUTES,
      name: 'storefront-cart-canary',
      labels: LABELS,
      annotations: ANNOTATIONS,
      spec: {
        ingressClassName: 'apisix',
        http: [
          {
            ...RULE,
            priority: 10_000,
            backends: [
              { serviceName: 'cart-primary', servicePort: 80, resolveGranularity: 'service', weight: primary },
              { serviceName: 'cart-canary', servicePort: 80, resolveGranularity: 'service', weight: canary },
            ],
          },
        ],
      },
    },
  ],
  variants: [
    {
      name: 'an audience meets the canary, everybody else the primary, unless that can not serve',
      canary: {
        analysis: {
          stepWeight: undefined,
          iterations: 3,
          match: [
            { headers: { 'x-user': { exact: 'insider' }, cookie: { regex: '^(.*?;)?(beta=yes)(;.*)?$' } } },
            { queryParams: { beta: { prefix: 'a.b' } } },
          ],
        },
      },
      weights: [ALL_TO_CANARY, EVERYBODY_TO_CANARY, ALL_TO_PRIMARY],
      generated: (weights) => [
        generated(
          weights.everybody
            ? [rule('', 10_000, weights)]
            : [
                rule('-audience-0', 10_001, weights, [
                  {
                    subject: { scope: 'Header', name: 'cookie' },
                    op: 'RegexMatch',
                    value: '^(?:^(.*?;)?(beta=yes)(;.*)?$)$',
                  },
                  { subject: { scope: 'Header', name: 'x-user' }, op: 'Equal', value: 'insider' },
                ]),
                rule('-audience-1', 10_001, weights, [
                  { subject: { scope: 'Query', name: 'beta' }, op: 'RegexMatch', value: '^a\\.b' },
                ]),
                rule('', 10_000, ALL_TO_PRIMARY),
              ],
        ),
      ],
    },
    {
      name: 'copies of requests',
      canary: { analysis: { stepWeight: undefined, iterations: 3, mirror: true, mirrorWeight: 20 } },
      weights: [MIRRORED, ALL_TO_CANARY],
      generated: (weights, namespace) => [
        generated([
          {
            ...rule('', 10_000, weights),
            plugins: weights.mirrored
              ? [
                  ...RULE.plugins,
                  {
                    name: 'proxy-mirror',
                    enable: true,
                    config: { host: `http://cart-canary.${namespace}:80`, sample_ratio: 0.2 },
                  },
                ]
              : RULE.plugins,
          },
        ]),
      ],
    },
    {
      name: 'clients are kept where they are',
      canary: {
        analysis: {
          stepWeight: 10,
          sessionAffinity: { cookieName: 'cv', primaryCookieName: 'pv', maxAge: 60, path: '/', sameSite: 'Lax' },
        },
      },
      weights: [canaryAt(25), ALL_TO_CANARY, ALL_TO_PRIMARY],
      generated: (weights, namespace) => [
        generated(weights.canary === 25 ? kept(namespace) : [rule('', 10_000, weights)]),
      ],
    },
  ],
  // As the users' own route: the primary goes at the same time.
  atEnd: [
    generated([
      {
        ...RULE,
        priority: 10_000,
        backends: [{ serviceName: 'cart', servicePort: 80, resolveGranularity: 'service' }],
      },
    ]),
  ],
  spoil: (object) => ({ ...object, spec: { ...(object['spec'] as object), ingressClassName: 'other' } }),
  refused: [
    {
      name: 'a Canary without a route',
      edit: (canary) => ({ ...canary, routeRef: undefined }),
      message: /^apisix route selector is empty/,
    },
    {
      name: 'a route that is missing',
      users: () => [],
      message: /apisix route storefront\.\S+ get query error: .*"storefront" not found/,
    },
    {
      name: 'a route without rules',
      users: (namespace) => [route(namespace, undefined, [])],
      message: /^APISIX route storefront\.\S+'s spec\.http is empty/,
    },
    {
      name: 'a route that leads somewhere else',
      users: (namespace) => [route(namespace, undefined)],
      message: /^Can not find cart backend on apisix route storefront\./,
    },
    {
      name: 'a rule with two backends',
      users: (namespace) => [
        route(namespace, [
          { serviceName: 'cart', servicePort: 80 },
          { serviceName: 'docs', servicePort: 80 },
        ]),
      ],
      message: /only one http backend is supported/,
    },
  ],
};
