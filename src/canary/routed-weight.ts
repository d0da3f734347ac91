import type { KubeObject } from '../kube/object.js';
import { readCanary, canaryContext } from './read.js';
import type { Working } from './reading.js';

/**
 * Percent of the traffic on the canary, from the traffic provider's cached object.
 *
 * @returns undefined where it is unknown
 */
export async function routedWeight(deps: Working, { metadata }: KubeObject): Promise<number | undefined> {
  const { name, namespace = '' } = metadata;
  try {
    const view = await readCanary(deps, { cluster: deps.settings.clusterName, namespace, name });
    if (!view?.canary) return undefined;
    const { canary, router } = canaryContext(deps, view);
    return (await router.weights(canary))?.canary;
  } catch (error) {
    // A metric that isn't available must not take the others with it.
    deps.log.debug({ canary: `${name}.${namespace}` }, `the weight can't be read: ${String(error)}`);
    return undefined;
  }
}
