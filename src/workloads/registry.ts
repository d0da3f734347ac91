import { UserError } from '../errors.js';
import type { ClusterCache } from '../kubernetes/cache.js';
import type { Settings } from '../settings.js';
import { Configs } from './configs.js';
import { DeploymentWorkload } from './deployment/workload.js';
import type { Workload } from './port.js';

/** All kinds of targets. A new one is a folder beside `deployment` and a line here. */
export function createWorkloads(cache: ClusterCache, settings: Settings): readonly Workload[] {
  const configs = new Configs(cache);
  return [new DeploymentWorkload(cache, configs, settings)];
}

/** @throws UserError for a kind nobody has built */
export function workloadFor(workloads: readonly Workload[], kind: string): Workload {
  const workload = workloads.find((candidate) => candidate.kind === kind);
  if (workload) return workload;
  const known = workloads.map((candidate) => candidate.kind).join(', ');
  throw new UserError(`spec.targetRef.kind: ${kind} is not supported, use one of ${known}`);
}
