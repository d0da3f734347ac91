import type { Router } from './port.js';

/**
 * Services and nothing else: there is nobody who could divide the requests. Users stay at the primary until it is
 * promoted, which leaves Blue/Green as the only way to release.
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
