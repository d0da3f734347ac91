import type { Audience } from '../../../src/crds/canary.js';
import { FLUX_SHIELD } from '../../../src/kubernetes/objects/metadata.js';
import { ALL_TO_CANARY, EVERYBODY_TO_CANARY, type Weights } from '../../../src/domain/weights.js';
import { INGRESSES } from '../../../src/routers/shared/ingress.js';
import type { Generated, Refused, RouterCase, Variant } from '../router-contract.js';
import { copied, ingress, INGRESS_REF, ingressSpec, LABELS, otherHost, path } from './ingress.js';

const PREFIX = 'nginx.ingress.kubernetes.io';
const THEIRS = { [`${PREFIX}/proxy-read-timeout`]: '30' };

function generated(orders: Readonly<Record<string, string>>): readonly Generated[] {
  const reported = Object.entries({ canary: 'true', ...orders }).map(([name, value]) => [`${PREFIX}/${name}`, value]);
  return [
    {
      type: INGRESSES,
      name: 'storefront-canary',
      labels: LABELS,
      annotations: {
        ...THEIRS,
        ...copied(...Object.keys(THEIRS)),
        ...FLUX_SHIELD,
        ...(Object.fromEntries(reported) as Record<string, string>),
      },
      spec: ingressSpec([path('/', 'cart-canary')]),
    },
  ];
}

function audience(name: string, match: readonly unknown[], orders: Readonly<Record<string, string>>): Variant {
  return {
    name,
    canary: { analysis: { stepWeight: null, maxWeight: null, iterations: 3, match } },
    weights: [ALL_TO_CANARY, EVERYBODY_TO_CANARY, ALL_TO_CANARY],
    generated: ({ canary, everybody }: Weights) =>
      generated(canary > 0 && !everybody ? { 'canary-weight': '0', ...orders } : { 'canary-weight': String(canary) }),
  };
}

function withMatch(match: readonly Audience[]): Pick<Refused, 'edit'> {
  return { edit: (canary) => ({ ...canary, analysis: { ...canary.analysis, match } }) };
}

export const nginx: RouterCase = {
  provider: 'nginx',
  canary: { ingressRef: INGRESS_REF },
  users: (namespace) => [
    ingress(namespace, {
      ...THEIRS,
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      [`${PREFIX}/canary-weight-total`]: '1000',
    }),
  ],
  generated: ({ canary }) => generated({ 'canary-weight': String(canary) }),
  variants: [
    audience('tells by the value of a header', [{ headers: { 'x-beta': { exact: 'yes' } } }], {
      'canary-by-header': 'x-beta',
      'canary-by-header-value': 'yes',
    }),
    audience('tells by a pattern of a header', [{ headers: { 'user-agent': { regex: '.*Firefox.*' } } }], {
      'canary-by-header': 'user-agent',
      'canary-by-header-pattern': '.*Firefox.*',
    }),
    audience('tells by the beginning of a header', [{ headers: { 'x-user': { prefix: 'a.b' } } }], {
      'canary-by-header': 'x-user',
      'canary-by-header-pattern': '^a\\.b',
    }),
    audience(
      'tells by a cookie, or by the end of a header',
      [{ headers: { cookie: { exact: 'beta' } } }, { headers: { 'x-user': { suffix: '@shop.org' } } }],
      { 'canary-by-cookie': 'beta', 'canary-by-header': 'x-user', 'canary-by-header-pattern': '@shop\\.org$' },
    ),
  ],
  spoil: otherHost,
  refused: [
    {
      name: 'a Canary without an Ingress',
      edit: (canary) => ({ ...canary, ingressRef: undefined }),
      message: /^ingress selector is empty/,
    },
    {
      name: 'an Ingress that is missing',
      users: () => [],
      message: /^ingress storefront\.\S+ get query error: .*"storefront" not found/,
    },
    {
      name: 'an Ingress that leads somewhere else',
      users: (namespace) => [ingress(namespace, {}, [])],
      message: /^backend cart not found in ingress storefront$/,
    },
    {
      name: 'an audience of two headers at once',
      ...withMatch([{ headers: { a: { exact: '1' }, b: { exact: '2' } } }]),
      message: /^spec\.analysis\.match\[0\]\.headers: .*exactly one/,
    },
    {
      name: 'an audience of everybody',
      ...withMatch([{}]),
      message: /^spec\.analysis\.match\[0\]\.headers: .*exactly one/,
    },
    {
      name: 'an audience of one header or another',
      ...withMatch([{ headers: { a: { exact: '1' } } }, { headers: { b: { exact: '2' } } }]),
      message: /^spec\.analysis\.match\[1\]\.headers\.b: nginx knows one header only/,
    },
    {
      name: 'a cookie by its value',
      ...withMatch([{ headers: { cookie: { regex: '.*beta=1.*' } } }]),
      message: /^spec\.analysis\.match\[0\]\.headers\.cookie: .*set exact/,
    },
  ],
};
