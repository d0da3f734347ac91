import { UserError } from '../errors.js';
import type { ClusterCache } from '../kubernetes/cache.js';
import type { Settings } from '../settings.js';
import { Configs } from './configs.js';
import { daemonSets } from './daemonset/daemonset.js';
import { deployments } from './deployment/deployment.js';
import type { Workload } from './port.js';
import { ServiceWorkload } from './service/workload.js';
import { Autoscalers } from './shared/autoscalers.js';
import { PodWorkload } from './shared/pod-workload.js';

/** All kinds of targets. A new one is a folder beside `deployment` and a line here. */
export function createWorkloads(cache: ClusterCache, settings: Settings): readonly Workload[] {
  const configs = new Configs(cache);
  const autoscalers = new Autoscalers(cache);
  const withPods = [deployments, daemonSets];
  return [
    ...withPods.map((kind) => new PodWorkload(kind, cache, configs, autoscalers, settings)),
    new ServiceWorkload(cache),
  ];
}

/** @throws UserError for a kind nobody has built */
export function workloadFor(workloads: readonly Workload[], kind: string): Workload {
  const workload = workloads.find((candidate) => candidate.kind === kind);
  if (workload) return workload;
  const known = workloads.map((candidate) => candidate.kind).join(', ');
  throw new UserError(`spec.targetRef.kind: ${kind} is not supported, use one of ${known}`);
}
