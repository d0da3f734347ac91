import type { Router } from './port.js';

/**
 * Services and nothing else: nothing can divide the requests. Users stay at the primary until it is promoted, which
 * leaves Blue/Green as the only strategy.
 */
export const kubernetesRouter: Router = {
  provider: 'kubernetes',
  watches: [],
  refresh: () => Promise.resolve(),
  reconcile: () => Promise.resolve(),
  drift: () => Promise.resolve([]),
  weights: () => Promise.resolve(undefined),
  setWeights: () => Promise.resolve(),
  isSettled: () => Promise.resolve(true),
  finalize: () => Promise.resolve(),
  owns: () => [],
  concerns: () => [],
};
