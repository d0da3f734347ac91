import type { Finding } from '../finding.js';
import { isSome, mostUnavailable, servingContainers, unavailablePods, type Target } from '../objects/target.js';
import type { Lint, Subject } from '../subject.js';

/**
 * The primary is a copy of the target, and gets each new revision by a rolling update while it serves users. What it
 * lacks, the target lacks.
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

/** Providers whose data planes see endpoints late, and how late by default, in seconds. */
const LATE: Readonly<Record<string, number>> = { skipper: 3, traefik: 2 };

export const primaryOutlivesItsEndpoints: Lint = (subject) => {
  const target = targetOf(subject);
  const { provider, service } = subject.canary;
  const late = LATE[provider];
  if (!target || late === undefined) return [];
  return servingContainers(target, service.targetPort).flatMap((container): Finding[] => {
    const { name, lifecycle } = container;
    if (lifecycle?.preStop !== undefined && lifecycle.preStop !== null) return [];
    return [
      {
        rule: 'no-pre-stop',
        severity: 'warning',
        object: target.title,
        field: `spec.template.spec.containers[${target.containers.indexOf(container)}].lifecycle.preStop`,
        message: `${provider} learns up to ${late} s late that a pod has gone: ${PROMOTION} loses requests to pods that end sooner after SIGTERM`,
        remedy: `add a preStop hook that sleeps ${late + 2} seconds, unless ${name} serves on for as long by itself`,
      },
    ];
  });
};

export const primaryKeepsItsPods: Lint = (subject) => {
  const target = targetOf(subject);
  if (!target) return [];
  const finding = target.strategy === 'RollingUpdate' ? whileRolling(subject, target) : withoutRolling(target);
  return finding ? [finding] : [];
};

function withoutRolling(target: Target): Finding {
  const field = target.kind === 'DaemonSet' ? 'spec.updateStrategy' : 'spec.strategy';
  return {
    rule: 'primary-not-rolled',
    severity: 'error',
    object: target.title,
    field: `${field}.type`,
    value: target.strategy,
    message:
      target.strategy === 'Recreate'
        ? `${PROMOTION} ends all its pods before it starts new ones: nobody answers its requests meanwhile`
        : `${PROMOTION} waits for somebody to delete its pods`,
    remedy: 'use RollingUpdate with maxUnavailable 0',
  };
}

function whileRolling(subject: Subject, target: Target): Finding | undefined {
  const goesDown = target.kind === 'DaemonSet' ? onNodes(target) : ofReplicas(target, mostReplicas(subject, target));
  if (goesDown === undefined) return undefined;
  const { maxUnavailable } = target.rolling;
  const field = target.kind === 'DaemonSet' ? 'spec.updateStrategy' : 'spec.strategy';
  const byDefault = maxUnavailable === undefined ? ` (${mostUnavailable(target)} where nothing is set)` : '';
  return {
    rule: 'max-unavailable',
    severity: 'warning',
    object: target.title,
    field: `${field}.rollingUpdate.maxUnavailable`,
    ...(maxUnavailable === undefined ? {} : { value: maxUnavailable }),
    message: `${PROMOTION} goes down ${goesDown}${byDefault}, with all requests on the rest`,
    remedy: 'set it to 0, with maxSurge 1 or more',
  };
}

function ofReplicas(target: Target, replicas: number): string | undefined {
  const gone = unavailablePods(target, replicas);
  return gone === 0 ? undefined : `by up to ${gone} of ${replicas} pods`;
}

/** The number of nodes is unknown here. */
function onNodes(target: Target): string | undefined {
  const share = mostUnavailable(target);
  if (!isSome(share)) return undefined;
  return share === 1
    ? 'on one node after another'
    : `on up to ${share}${typeof share === 'number' ? '' : ' of the'} nodes at once`;
}

function targetOf({ target }: Subject): Target | undefined {
  return target?.state === 'found' ? target.value : undefined;
}

/** An autoscaler may start more of them, and a percentage of more is more. */
function mostReplicas({ canary, autoscaler, primaryReplicas }: Subject, target: Target): number {
  const replicas = target.kind === 'Deployment' ? target.replicas : 0;
  const own = canary.autoscalerRef?.primaryScalerReplicas.maxReplicas;
  const scaled = own ?? (autoscaler?.state === 'found' ? autoscaler.value.maxReplicas : undefined);
  // The target has none while it is at zero.
  return Math.max(scaled ?? (replicas === 0 ? primaryReplicas : replicas) ?? 1, 1);
}
