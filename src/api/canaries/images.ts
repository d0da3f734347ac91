import type { CanaryView } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import type { KubeObject } from '../../kube/object.js';

interface Container {
  readonly name: string;
  readonly image?: string;
}

interface Pods {
  readonly template?: {
    readonly spec?: { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] };
  };
}

/** Images by container of a workload, init containers included, as for `kubectl set image`. */
export function imagesOf(deployment: KubeObject): Record<string, string> {
  const { main, init } = containersOf(deployment);
  return Object.fromEntries([...init, ...main].map(({ name, image }) => [name, image ?? '']));
}

export function containersOf(deployment: KubeObject): {
  readonly main: readonly Container[];
  readonly init: readonly Container[];
} {
  const { containers = [], initContainers = [] } = (deployment['spec'] as Pods | undefined)?.template?.spec ?? {};
  return { main: containers, init: initContainers };
}

/** Images of a Canary's two workloads, main containers first; none for a missing or unknown workload. */
export interface WorkloadImages {
  readonly primary: readonly string[];
  readonly target: readonly string[];
}

/** From the caches, without requests. */
export function cachedImages(
  { cache, workloads }: Pick<Dependencies, 'cache' | 'workloads'>,
  { canary }: Pick<CanaryView, 'canary'>,
): WorkloadImages {
  const kind = canary && workloads.find((workload) => workload.kind === canary.targetRef.kind);
  if (!kind || !cache.watches(kind.type)) return { primary: [], target: [] };
  const { store } = cache.watch(kind.type);
  const of = (name: string): readonly string[] => {
    const object = store.get(canary.namespace, name);
    if (object === undefined) return [];
    const { main, init } = containersOf(object);
    return [...main, ...init].flatMap(({ image }) => (image === undefined ? [] : [image]));
  };
  return { primary: of(`${canary.targetRef.name}-primary`), target: of(canary.targetRef.name) };
}
