import type { Readiness } from '../../domain/findings.js';
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
  const serves = available > 0;
  const notReady = (reason: string, retriable = true): Readiness => ({
    ready: false,
    retriable: retriable && !isUnavailableTooLong(deployment, rule, now),
    reason: `waiting for rollout to finish: ${reason}`,
    available: serves,
  });

  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return {
      ready: false,
      retriable: true,
      reason: 'waiting for rollout to finish: observed deployment generation less than desired generation',
      available: serves,
    };
  }
  if (condition(deployment, 'Progressing')?.reason === 'ProgressDeadlineExceeded') {
    const reason = `deployment "${metadata.name}" exceeded its progress deadline`;
    return { ready: false, retriable: false, reason, available: serves };
  }
  if (wanted === 0) return READY;
  if (updated < wanted) return notReady(`${updated} out of ${wanted} new replicas have been updated`);
  const old = (status.replicas ?? 0) - updated;
  if (old > 0) return notReady(`${old} old replicas are pending termination`);
  if (available < neededPods(updated, rule)) {
    return notReady(
      `${available} of ${updated} (readyThreshold ${rule.thresholdPercent}%) updated replicas are available`,
    );
  }
  return READY;
}

/** Available for less than nothing for longer than the deadline: waiting on won't help. */
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
