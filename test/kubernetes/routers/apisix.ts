import type { KubeObject } from '../../../src/kubernetes/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix.js';
import type { RouterCase } from '../router-contract.js';

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
  variants: [],
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
