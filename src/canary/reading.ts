import type { FairShare } from '../fair-share.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Leases } from '../kubernetes/lease.js';
import type { Logger } from '../logging.js';
import type { Meters } from '../meters/port.js';
import type { Router } from '../routers/port.js';
import type { Settings } from '../settings.js';
import type { Workload } from '../workloads/port.js';

/** Dependencies for reading a Canary; a process that only reads needs no more. */
export interface Reading {
  readonly settings: Settings;
  readonly cache: ClusterCache;
  readonly leases: Leases;
  readonly routers: readonly Router[];
  readonly workloads: readonly Workload[];
}

/** Further dependencies for working on a Canary. */
export interface Working extends Reading {
  /** Each Canary's use of this process. */
  readonly share: FairShare;
  readonly meters: Meters;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
