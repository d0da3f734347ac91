import { containerStatus, timestamp, type ContainerSnapshot } from './container-status.js';
import { HOST_IP } from './node-object.js';
import type { Pod } from './pod.js';

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly lastTransitionTime: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What a pod's status is made from. */
export interface PodFindings {
  readonly podIp: string;
  readonly startTime: Date;
  readonly restartPolicy: Pod['spec']['restartPolicy'];
  readonly containers: readonly ContainerSnapshot[];
  /** Why its containers can't be created yet, if so. */
  readonly blocked: string | undefined;
}

/**
 * The status of a pod, as the kubelet would report it. Conditions keep their transition time as long as
 * their status stays, for `minReadySeconds` counts from there.
 */
export function podStatus(findings: PodFindings, former: readonly PodCondition[], now: Date): object {
  return {
    phase: podPhase(findings),
    startTime: timestamp(findings.startTime),
    hostIP: HOST_IP,
    podIP: findings.podIp,
    podIPs: [{ ip: findings.podIp }],
    conditions: podConditions(findings, former, now),
    containerStatuses: findings.containers.map(containerStatus),
  };
}

export function podPhase({ containers, restartPolicy }: PodFindings): string {
  if (containers.some(({ state, restartCount }) => state.kind === 'waiting' && restartCount === 0)) return 'Pending';
  const ends = containers.map(({ state }) => (state.kind === 'terminated' ? state.exitCode : undefined));
  if (ends.includes(undefined) || restartPolicy === 'Always') return 'Running';
  if (ends.every((code) => code === 0)) return 'Succeeded';
  return restartPolicy === 'Never' ? 'Failed' : 'Running';
}

export function podConditions(
  { containers, blocked }: PodFindings,
  former: readonly PodCondition[],
  now: Date,
): PodCondition[] {
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady = {
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
  const condition = (type: string, holds: boolean, otherwise: { reason: string; message: string }): PodCondition => {
    const status = holds ? 'True' : 'False';
    const before = former.find((one) => one.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(now);
    return { type, status, lastTransitionTime, ...(holds ? {} : otherwise) };
  };
  const ready = unready.length === 0;
  return [
    condition('PodScheduled', true, notReady),
    condition('Initialized', blocked === undefined, { reason: 'LabNode', message: blocked ?? '' }),
    condition('ContainersReady', ready, notReady),
    condition('Ready', ready, notReady),
  ];
}
