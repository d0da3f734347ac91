import type { Canary } from '../crds/canary.js';
import { UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import { SERVICES } from '../kube/object.js';
import type { OwnedObject } from '../kubernetes/ownership.js';
import type { Settings } from '../settings.js';
import { Configs } from './configs/configs.js';
import { daemonSets } from './daemonset/daemonset.js';
import { deployments } from './deployment/deployment.js';
import type { Workload } from './port.js';
import { ServiceWorkload } from './service/workload.js';
import { Autoscalers, ownedAutoscalers } from './shared/autoscalers.js';
import { DisruptionBudgets } from './shared/disruption-budgets.js';
import { ownedCopies, ownedServices, ownedWorkloads } from './shared/owned.js';
import { PodWorkload } from './shared/pod-workload.js';

/** All kinds of targets. A new one is a folder beside `deployment` and a line here. */
export function createWorkloads(cache: ClusterCache, settings: Settings): readonly Workload[] {
  const configs = new Configs(cache);
  const autoscalers = new Autoscalers(cache);
  const budgets = new DisruptionBudgets(cache);
  const withPods = [deployments, daemonSets];
  return [
    ...withPods.map((kind) => new PodWorkload(kind, cache, configs, autoscalers, budgets, settings)),
    new ServiceWorkload(cache),
  ];
}

/**
 * The objects written for a target, as far as they follow from the Canary alone: {@link Workload.owns}, without a
 * cluster.
 */
export function ownedByTarget(canary: Canary): readonly OwnedObject[] {
  if (canary.targetRef.kind === SERVICES.kind) return ownedCopies(canary);
  const { type } = canary.targetRef.kind === daemonSets.kind ? daemonSets : deployments;
  return [...ownedServices(canary), ...ownedWorkloads(type, canary), ...ownedAutoscalers(canary)];
}

/** @throws UserError for a kind that isn't supported */
export function workloadFor(workloads: readonly Workload[], kind: string): Workload {
  const workload = workloads.find((candidate) => candidate.kind === kind);
  if (workload) return workload;
  const known = workloads.map((candidate) => candidate.kind).join(', ');
  throw new UserError(`spec.targetRef.kind: ${kind} is not supported, use one of ${known}`);
}
