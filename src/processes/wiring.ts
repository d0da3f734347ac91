import type { Client } from '@temporalio/client';
import { createChecks } from '../checks/live-checks.js';
import type { Reading } from '../canary/read.js';
import { DryRuns } from '../canary/rehearse.js';
import type { Dependencies } from '../dependencies.js';
import { FairShare } from '../fair-share.js';
import type { Logger } from '../logging.js';
import { TemporalSubmissions } from '../temporal/submissions.js';
import type { Archive } from '../archive/port.js';
import { ClusterCache } from '../kube/cache.js';
import type { KubeClient } from '../kube/client.js';
import { Leases } from '../kubernetes/lease.js';
import { CANARIES, CONFIG_MAPS, DEPLOYMENTS, LEASES, SECRETS } from '../kube/object.js';
import { ProcessMeters } from '../meters/process.js';
import { createRouters } from '../routers/registry.js';
import type { Settings } from '../settings.js';
import { createWorkloads } from '../workloads/registry.js';

/** The dependencies of a process; only the metrics' server knows their registry. */
export interface Wired extends Dependencies {
  readonly meters: ProcessMeters;
}

/** Creates the dependencies of activities, watch and API; once for each process. */
export function wire(kube: KubeClient, temporal: Client, settings: Settings, log: Logger, archive?: Archive): Wired {
  const reading = wireReading(kube, settings, (message) => log.warn({}, message));
  const meters = new ProcessMeters();
  return {
    ...reading,
    share: new FairShare(),
    checks: createChecks(reading.cache, settings, meters, log),
    rehearsals: new DryRuns(reading.cache, settings),
    meters,
    archive,
    submissions: new TemporalSubmissions(temporal, { leaseSeconds: settings.leaseSeconds }),
    log,
    now: Date.now,
  };
}

/** The part that needs only the cluster. */
export function wireReading(kube: KubeClient, settings: Settings, log: (message: string) => void): Reading {
  const cache = new ClusterCache(kube, {
    namespace: settings.namespace,
    // Whole Secrets are only read when a release copies them.
    metadataOnly: [CONFIG_MAPS, SECRETS],
    log,
  });
  // Starts to read what every tick needs, before the first one.
  for (const type of [CANARIES, DEPLOYMENTS, LEASES]) cache.watch(type);
  return {
    settings,
    cache,
    leases: new Leases(cache),
    routers: createRouters(cache, settings),
    workloads: createWorkloads(cache, settings),
  };
}
