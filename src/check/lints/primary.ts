import type { Finding } from '../finding.js';
import { servingContainers, unavailablePods, type Target } from '../objects/target.js';
import type { Lint, Subject } from '../subject.js';

/**
 * The primary is a copy of the target, and takes on each new revision by a rolling update while users are served. What
 * it lacks, the target lacks.
 */

const PROMOTION = 'when a release is promoted, the primary';

export const primaryHasProbes: Lint = (subject) => {
  const target = targetOf(subject);
  if (!target) return [];
  const { targetPort } = subject.canary.service;
  return servingContainers(target, targetPort).flatMap(({ name, readinessProbe, livenessProbe }): Finding[] => {
    const field = `spec.template.spec.containers[${target.containers.findIndex((one) => one.name === name)}]`;
    if (readinessProbe === undefined || readinessProbe === null) {
      return [
        {
          rule: 'no-readiness-probe',
          severity: 'warning',
          object: target.title,
          field: `${field}.readinessProbe`,
          message: `${PROMOTION} and its canary send requests to ${name} the moment it starts, ready or not`,
          remedy: 'add a readinessProbe that succeeds once it can answer requests',
        },
      ];
    }
    if (livenessProbe !== undefined && livenessProbe !== null) return [];
    return [
      {
        rule: 'no-liveness-probe',
        severity: 'info',
        object: target.title,
        field: `${field}.livenessProbe`,
        message: `nothing restarts ${name} when it hangs`,
        remedy: 'add a livenessProbe, more patient than the readinessProbe',
      },
    ];
  });
};

export const primaryKeepsItsPods: Lint = (subject) => {
  const target = targetOf(subject);
  if (!target) return [];
  if (target.recreates) {
    return [
      {
        rule: 'primary-recreated',
        severity: 'error',
        object: target.title,
        field: 'spec.strategy.type',
        value: 'Recreate',
        message: `${PROMOTION} ends all its pods before it starts new ones: nobody answers its requests meanwhile`,
        remedy: 'use RollingUpdate with maxUnavailable 0',
      },
    ];
  }
  const replicas = mostReplicas(subject, target);
  const gone = unavailablePods(target, replicas);
  if (gone === 0) return [];
  const { maxUnavailable } = target;
  return [
    {
      rule: 'max-unavailable',
      severity: 'warning',
      object: target.title,
      field: 'spec.strategy.rollingUpdate.maxUnavailable',
      ...(maxUnavailable === undefined ? {} : { value: maxUnavailable }),
      message: `${PROMOTION} goes down by up to ${gone} of ${replicas} pods${maxUnavailable === undefined ? ' (25% where nothing is set)' : ''}, with all requests on the rest`,
      remedy: 'set it to 0, with maxSurge 1 or more',
    },
  ];
};

function targetOf({ target }: Subject): Target | undefined {
  return target.state === 'found' ? target.value : undefined;
}

/** An autoscaler may make more of them, and a percentage of more is more. */
function mostReplicas({ canary, autoscaler, primaryReplicas }: Subject, { replicas }: Target): number {
  const own = canary.autoscalerRef?.primaryScalerReplicas.maxReplicas;
  const scaled = own ?? (autoscaler?.state === 'found' ? autoscaler.value.maxReplicas : undefined);
  // The target has none while it rests.
  return Math.max(scaled ?? (replicas === 0 ? primaryReplicas : replicas) ?? 1, 1);
}
