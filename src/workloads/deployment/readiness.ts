import type { PodsOfRollout, Readiness } from '../../domain/findings.js';
import { READY } from '../../domain/findings.js';
import type { ReadinessRule } from '../shared/pod-controller.js';
import { neededPods } from '../shared/needed-pods.js';
import type { Deployment, DeploymentCondition } from './types.js';

/**
 * Whether a Deployment's latest template is rolled out, by Flagger's rules and in its words.
 *
 * @param now milliseconds since 1970
 */
export function deploymentReadiness(deployment: Deployment, rule: ReadinessRule, now: number): Readiness {
  const { spec, metadata, status = {} } = deployment;
  const wanted = spec.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  const available = status.availableReplicas ?? 0;
  const old = (status.replicas ?? 0) - updated;
  const pods: PodsOfRollout = {
    available: available > 0,
    progress: updated + available - old,
    ...(servesEnough(deployment, wanted) ? { enough: true } : {}),
  };
  const notReady = (reason: string, retriable = true): Readiness => ({
    ready: false,
    retriable: retriable && !isUnavailableTooLong(deployment, rule, now),
    reason: `waiting for rollout to finish: ${reason}`,
    ...pods,
  });

  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return {
      ready: false,
      retriable: true,
      reason: 'waiting for rollout to finish: observed deployment generation less than desired generation',
      ...pods,
      // The counts are about an earlier template or size.
      progress: 0,
    };
  }
  if (condition(deployment, 'Progressing')?.reason === 'ProgressDeadlineExceeded') {
    const reason = `deployment "${metadata.name}" exceeded its progress deadline`;
    return { ready: false, retriable: false, reason, ...pods };
  }
  if (wanted === 0) return READY;
  if (updated < wanted) return notReady(`${updated} out of ${wanted} new replicas have been updated`);
  if (old > 0) return notReady(`${old} old replicas are pending termination`);
  if (available < neededPods(updated, rule)) {
    return notReady(
      `${available} of ${updated} (readyThreshold ${rule.thresholdPercent}%) updated replicas are available`,
    );
  }
  return READY;
}

/** Whether as many pods are available as an update must leave, according to Kubernetes. */
function servesEnough(deployment: Deployment, wanted: number): boolean {
  const available = deployment.status?.availableReplicas ?? 0;
  const isAvailable = condition(deployment, 'Available')?.status === 'True';
  return available > 0 && (isAvailable || available >= wanted);
}

/** Less available than required for longer than the deadline: waiting on won't help. */
function isUnavailableTooLong(deployment: Deployment, rule: ReadinessRule, now: number): boolean {
  const availability = condition(deployment, 'Available');
  if (!condition(deployment, 'Progressing') || availability?.status !== 'False') return false;
  if (availability.reason !== 'MinimumReplicasUnavailable') return false;
  const since = Date.parse(availability.lastUpdateTime ?? '');
  return !Number.isNaN(since) && since + rule.deadlineSeconds * 1000 < now;
}

function condition(deployment: Deployment, type: string): DeploymentCondition | undefined {
  return deployment.status?.conditions?.find((c) => c.type === type);
}
