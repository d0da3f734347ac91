import type { Dependencies } from '../dependencies.js';
import type { ResourceType } from '../kube/object.js';
import { CANARIES, CONFIG_MAPS, DEPLOYMENTS, LEASES, SECRETS } from '../kube/object.js';
import { Problem } from './problems/problem.js';

/** The kinds that answers need. */
function kindsOf(deps: Dependencies): readonly ResourceType[] {
  const configs = deps.settings.configTracking ? [CONFIG_MAPS, SECRETS] : [];
  return [CANARIES, DEPLOYMENTS, LEASES, ...configs];
}

/** Starts to fill the caches that answers need. */
export function warmCaches(deps: Dependencies): void {
  for (const kind of kindsOf(deps)) deps.cache.watch(kind);
}

/**
 * The kinds whose cache isn't filled yet, by plural name; empty where all are. A filled cache keeps answering while the
 * API server is away.
 *
 * @param waitMs how long to wait for them
 */
export async function unfilledCaches(deps: Dependencies, waitMs: number): Promise<readonly string[]> {
  const kinds = kindsOf(deps);
  const filled = new Set<ResourceType>();
  const all = Promise.all(kinds.map((kind) => deps.cache.filled(kind).then(() => filled.add(kind))));
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([all, new Promise((resolve) => (timer = setTimeout(resolve, waitMs)))]);
  clearTimeout(timer);
  return kinds.filter((kind) => !filled.has(kind)).map((kind) => kind.plural);
}

/** @throws Problem where they aren't filled in time */
export async function cachesFilled(deps: Dependencies, waitMs: number): Promise<void> {
  const missing = await unfilledCaches(deps, waitMs);
  if (missing.length > 0) {
    throw new Problem(
      'kubernetes-unreachable',
      `the API server of Kubernetes at ${deps.cache.client.server} has not answered yet what there is of ${missing.join(', ')}`,
    );
  }
}
