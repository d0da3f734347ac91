import type { KubeObject } from '../../../src/kube/object.js';
import { COPIED, INGRESSES } from '../../../src/routers/shared/ingress.js';

/** The Ingress of a shop's users: the cart and something else, under one host. */
export const LABELS = { app: 'storefront' };
const OTHER = path('/docs', 'docs');

export const INGRESS_REF = { apiVersion: INGRESSES.apiVersion, kind: INGRESSES.kind, name: 'storefront' };

export function path(at: string, service: string): unknown {
  return { path: at, pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } };
}

/** @param paths those that lead to the cart */
export function ingressSpec(paths: readonly unknown[]): unknown {
  return {
    ingressClassName: 'public',
    tls: [{ hosts: ['shop.example.org'], secretName: 'shop-tls' }],
    rules: [{ host: 'shop.example.org', http: { paths: [OTHER, ...paths] } }],
  };
}

export function ingress(
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  paths: readonly unknown[] = [path('/', 'cart')],
): KubeObject {
  return {
    apiVersion: INGRESSES.apiVersion,
    kind: INGRESSES.kind,
    metadata: { name: 'storefront', namespace, labels: LABELS, annotations },
    spec: ingressSpec(paths),
  };
}

/** Somebody moves the canary to another host. */
export function otherHost(object: KubeObject): KubeObject {
  const { rules } = object['spec'] as { rules: readonly object[] };
  return {
    ...object,
    spec: { ...(object['spec'] as object), rules: rules.map((rule) => ({ ...rule, host: 'b.org' })) },
  };
}

/** What ours says of where it has its labels and annotations from. */
export function copied(...annotations: readonly string[]): Readonly<Record<string, string>> {
  return { [COPIED]: JSON.stringify({ labels: Object.keys(LABELS), annotations }) };
}
