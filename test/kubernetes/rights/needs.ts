import { OF_ROUTES } from './of-routes.js';
import { OF_WORKLOADS } from './of-workloads.js';
import type { Needs } from './provoking.js';

/** What worker needs of what, where the traffic provider is APISIX. */
export const NEEDS: readonly Needs[] = [...OF_WORKLOADS, ...OF_ROUTES];
