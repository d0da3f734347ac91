import { FLUX_SHIELD } from '../../../src/kubernetes/objects/metadata.js';
import type { Weights } from '../../../src/domain/weights.js';
import { TRAEFIK_SERVICES } from '../../../src/routers/traefik.js';
import type { Generated, RouterCase } from '../router-contract.js';

interface Service {
  readonly name: string;
  readonly [field: string]: unknown;
}

interface Spec {
  readonly weighted: { readonly services: readonly Service[]; readonly [field: string]: unknown };
}

function generated({ primary, canary }: Weights, namespace: string): readonly Generated[] {
  const service = (name: string, weight: number) => ({ name, namespace, port: 80, weight });
  const services = [service('cart-primary', primary), ...(canary > 0 ? [service('cart-canary', canary)] : [])];
  return [{ type: TRAEFIK_SERVICES, name: 'cart', annotations: { ...FLUX_SHIELD }, spec: { weighted: { services } } }];
}

export const traefik: RouterCase = {
  provider: 'traefik',
  canary: {},
  users: () => [],
  generated,
  variants: [
    {
      name: 'has the metadata of the apex',
      canary: { service: { apex: { labels: { tier: 'front' }, annotations: { 'example.com/cost': 'shop' } } } },
      weights: [],
      generated: (weights, namespace) =>
        generated(weights, namespace).map((object) => ({
          ...object,
          labels: { tier: 'front' },
          annotations: { 'example.com/cost': 'shop', ...FLUX_SHIELD },
        })),
    },
  ],
  spoil: (object) => {
    const { weighted } = object['spec'] as Spec;
    return { ...object, spec: { weighted: { services: weighted.services.map((s) => ({ ...s, port: 81 })) } } };
  },
  embellish: (object) => {
    const { weighted } = object['spec'] as Spec;
    const services = weighted.services.map((service) => ({ ...service, passHostHeader: false, scheme: 'h2c' }));
    return { ...object, spec: { weighted: { services, sticky: { cookie: { name: 'lb', secure: true } } } } };
  },
  refused: [],
};
