import type { Archive } from '../archive/port.js';
import type { ClusterCache } from '../kubernetes/cache.js';
import type { Leases } from '../kubernetes/lease.js';
import type { Router } from '../routers/port.js';
import type { Settings } from '../settings.js';
import type { Workload } from '../workloads/port.js';
import type { Checks } from './checks.js';
import type { Meters } from './meters.js';
import type { Rehearsals } from './rehearse.js';
import type { Submissions } from './submissions.js';

/** A structured logger; `fields` become JSON fields beside `msg`. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What all activities need; made once for each process. */
export interface Dependencies {
  readonly settings: Settings;
  readonly cache: ClusterCache;
  readonly leases: Leases;
  readonly routers: readonly Router[];
  readonly workloads: readonly Workload[];
  readonly checks: Checks;
  readonly rehearsals: Rehearsals;
  readonly submissions: Submissions;
  readonly meters: Meters;
  /** Where releases are kept for good; undefined where they are not. */
  readonly archive: Archive | undefined;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
