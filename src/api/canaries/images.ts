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

/** Images by container of a workload, init containers included, as `kubectl set image` has it. */
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
