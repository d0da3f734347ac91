import { FLUX_SHIELD } from '../../../src/kubernetes/objects/metadata.js';
import { INGRESSES } from '../../../src/routers/shared/ingress.js';
import type { RouterCase } from '../router-contract.js';
import { copied, ingress, INGRESS_REF, ingressSpec, LABELS, otherHost, path } from './ingress.js';

const PREDICATE = 'zalando.org/skipper-predicate';
/** With blanks or without, and with what separates predicates within one. */
const KEPT = 'PathRegexp(/a&&b/) && Header("x", "&&")';
const THEIRS = { 'zalando.org/skipper-filter': 'compress()' };

export const skipper: RouterCase = {
  provider: 'skipper',
  canary: { ingressRef: INGRESS_REF },
  users: (namespace) => [
    ingress(namespace, { ...THEIRS, [PREDICATE]: `Weight(100) && Method("GET") && False()&&${KEPT}&&  Weight(100) ` }),
  ],
  generated: ({ primary, canary }) => [
    {
      type: INGRESSES,
      name: 'storefront-canary',
      labels: LABELS,
      annotations: {
        ...THEIRS,
        ...copied(...Object.keys(THEIRS), PREDICATE),
        ...FLUX_SHIELD,
        'zalando.org/backend-weights': `{"cart-canary":${canary},"cart-primary":${primary}}`,
        [PREDICATE]: `${canary === 0 ? 'False()' : 'Weight(100)'} && Method("GET") && ${KEPT}`,
      },
      spec: ingressSpec([path('/', 'cart-primary'), path('/', 'cart-canary')]),
    },
  ],
  variants: [],
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
  ],
  finalized: [],
};
