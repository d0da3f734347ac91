import type { OwnerReference } from '../../kube/object.js';

export type StringMap = Readonly<Record<string, string>>;

/** Makes GitOps tools leave an object alone. */
export const FLUX_SHIELD: StringMap = {
  'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
  'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
};

/** Without Flux's own labels, which would make Flux take a copy for its own object. */
export function withoutFlux(map: StringMap | undefined): StringMap {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !key.includes('toolkit.fluxcd.io')));
}

/**
 * Keys with one of these prefixes; `*` keeps all. Flux's labels are never kept.
 *
 * @param prefixes as in the option `--include-label-prefix`
 */
export function withPrefixes(map: StringMap | undefined, prefixes: readonly string[]): StringMap {
  const kept = Object.entries(withoutFlux(map)).filter(([key]) =>
    prefixes.some((prefix) => prefix === '*' || key.startsWith(prefix)),
  );
  return Object.fromEntries(kept);
}

/** The reference that lets the garbage collector remove an object with its Canary. */
export function ownedBy(canary: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}): OwnerReference {
  return {
    apiVersion: canary.apiVersion,
    kind: canary.kind,
    name: canary.name,
    uid: canary.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

const OWN_PREFIX = 'serinus.dev/';

/** Without Serinus' own annotations: they describe the source, and are wrong on a copy. */
export function withoutOwn(annotations: StringMap): StringMap {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !key.startsWith(OWN_PREFIX)));
}
