import type { Client } from '@temporalio/client';
import type { Dependencies } from '../../../src/dependencies.js';
import type { KubeClient } from '../../../src/kube/client.js';
import type { Logger } from '../../../src/logging.js';
import { wire } from '../../../src/processes/wiring.js';
import { DEFAULT_SETTINGS } from '../../../src/settings.js';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
/** Names workflows; nobody runs any. */
export const CLUSTER = 'matrix';

/** What all rigs of a namespace share: real activities on the real API server, with a clock that stands still. */
export function dependencies(
  client: KubeClient,
  namespace: string,
  log: Logger = SILENT,
): Dependencies & { readonly stop: () => Promise<void> } {
  const settings = { ...DEFAULT_SETTINGS, clusterName: CLUSTER, namespace, minIntervalSeconds: 1 };
  // Nothing here asks Temporal.
  const wired = wire(client, {} as Client, settings, log);
  const now = Date.now();
  return {
    ...wired,
    // Nobody waits for a data plane.
    routers: wired.routers.map((router) =>
      Object.assign(Object.create(router) as typeof router, { isSettled: () => Promise.resolve(true) }),
    ),
    checks: {
      providers: () => Promise.resolve({}),
      mistake: () => Promise.resolve(undefined),
      analysis: () => Promise.resolve({ hooks: [], metrics: [] }),
      hooks: () => Promise.resolve({ results: [] }),
      afterPromotion: () => Promise.reject(new Error('nothing is watched here')),
    },
    now: () => now,
    stop: () => wired.cache.stop(),
  };
}
