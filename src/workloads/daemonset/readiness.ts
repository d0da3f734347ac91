import { READY, type NotReady, type PodsOfRollout, type Readiness } from '../../domain/findings.js';
import { neededPods } from '../shared/needed-pods.js';
import type { ReadinessRule } from '../shared/pod-controller.js';
import type { DaemonSet } from './types.js';

/**
 * Whether a DaemonSet's latest template is rolled out, in Flagger's words.
 *
 * A DaemonSet has no condition with the time of its last progress. The time of its last status change serves instead: a
 * rollout that progresses changes the status with every pod, and a stuck one doesn't. The deadline counts from there,
 * as a Deployment's does from its last progress.
 *
 * @param now milliseconds since 1970
 */
export function daemonSetReadiness(daemonSet: DaemonSet, rule: ReadinessRule, now: number): Readiness {
  const { metadata, status = {} } = daemonSet;
  const desired = status.desiredNumberScheduled ?? 0;
  const updated = status.updatedNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  const pods: PodsOfRollout = {
    available: available > 0,
    progress: updated + available,
    ...(available > 0 && available >= desired ? { enough: true } : {}),
  };
  const waiting = (reason: string): NotReady => ({
    ready: false,
    retriable: true,
    reason: `waiting for rollout to finish: ${reason}`,
    ...pods,
  });

  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    // The counts are about an earlier template.
    return { ...waiting('observed daemonset generation less than desired generation'), progress: 0 };
  }
  const isUpdated = updated >= desired;
  const isAvailable = available >= (desired === 0 ? 0 : neededPods(desired, rule));
  if (isUpdated && isAvailable) return READY;
  if (isOverdue(daemonSet, rule, now)) {
    const reason = `exceeded its progressDeadlineSeconds: ${rule.deadlineSeconds}`;
    return { ready: false, retriable: false, reason, ...pods };
  }
  return isUpdated
    ? waiting(`${available} of ${desired} (readyThreshold ${rule.thresholdPercent}%) updated pods are available`)
    : waiting(`${updated} out of ${desired} new pods have been updated`);
}

function isOverdue({ metadata }: DaemonSet, rule: ReadinessRule, now: number): boolean {
  const changes = (metadata.managedFields ?? [])
    .filter((entry) => entry.subresource === 'status')
    .map((entry) => Date.parse(entry.time ?? ''))
    .filter((time) => !Number.isNaN(time));
  return changes.length > 0 && Math.max(...changes) + rule.deadlineSeconds * 1000 < now;
}
