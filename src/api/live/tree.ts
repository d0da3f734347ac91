import type { Readiness } from '../../domain/findings.js';
import { isActive, type Phase } from '../../domain/phases.js';
import { isResting } from '../../domain/phases.js';
import type { KubeObject } from '../../kube/object.js';
import { imagesOf } from '../canaries/images.js';
import type { CanarySummary } from '../schema/canary.js';
import type { LiveNode } from '../schema/live.js';
import { podNode } from './pod-node.js';
import { restText, trafficText } from './traffic.js';

/** A workload of a Canary and what belongs to it. */
export interface Seen {
  /** Undefined where it doesn't exist. */
  readonly object: KubeObject | undefined;
  /** Undefined where it is unknown. */
  readonly readiness: Readiness | undefined;
  /** Undefined where they may not be read. */
  readonly pods: readonly KubeObject[] | undefined;
}

/** The objects of a Canary: its revisions, their workloads, their pods. */
export function treeOf(summary: CanarySummary, primary: Seen, target: Seen): LiveNode[] {
  const { name, phase, problem = summary.missing, target: ref } = summary;
  const canary: LiveNode = {
    kind: 'Canary',
    name,
    health: problem === undefined ? healthOf(phase) : 'bad',
    status: summary.suspended ? 'suspended' : phase || 'New',
    ...(problem === undefined ? (summary.message === '' ? {} : { detail: summary.message }) : { detail: problem }),
    children: [
      revision('stable', summary.promotedRevision, summary, [workload(ref.kind, `${ref.name}-primary`, primary)]),
      revision('canary', summary.revision, summary, [workload(ref.kind, ref.name, target)]),
    ],
  };
  return [canary];
}

function healthOf(phase: Phase): LiveNode['health'] {
  if (phase === 'Failed') return 'bad';
  return isResting(phase) ? 'good' : 'busy';
}

function revision(
  role: 'stable' | 'canary',
  hash: string,
  { phase, canaryWeight, traffic = { to: 'share', percent: canaryWeight } }: CanarySummary,
  children: readonly LiveNode[],
): LiveNode {
  const isServing = traffic.to === 'match' || (role === 'canary' ? traffic.percent : 100 - traffic.percent) > 0;
  const underWay = isActive(phase);
  return {
    kind: 'Revision',
    name: hash || '(none)',
    health: role === 'canary' && underWay ? 'busy' : isServing ? 'good' : 'idle',
    status: `${role}, ${role === 'canary' ? trafficText(traffic) : restText(traffic)}`,
    children,
  };
}

function workload(kind: string, name: string, { object, readiness, pods }: Seen): LiveNode {
  if (!object) return { kind, name, health: 'idle', status: 'does not exist', children: [] };
  const counted = countsOf(object);
  const idle = counted?.wanted === 0;
  const images = Object.values(imagesOf(object)).join(', ');
  const reason = readiness && !readiness.ready ? readiness.reason : undefined;
  const detail = reason ?? images;
  return {
    kind,
    name,
    health: idle ? 'idle' : readiness === undefined || readiness.ready ? 'good' : readiness.retriable ? 'busy' : 'bad',
    status:
      counted === undefined
        ? 'exists'
        : idle
          ? 'no pods wanted'
          : `${counted.available} of ${counted.wanted} available`,
    ...(detail === '' ? {} : { detail }),
    children: (pods ?? []).map(podNode),
  };
}

interface Counted {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberAvailable?: number;
  };
}

/** @returns undefined for a kind that has no pods of its own */
function countsOf(object: KubeObject & Counted): { readonly wanted: number; readonly available: number } | undefined {
  const { spec = {}, status = {} } = object;
  if (object.kind === 'DaemonSet')
    return { wanted: status.desiredNumberScheduled ?? 0, available: status.numberAvailable ?? 0 };
  if (object.kind !== 'Deployment') return undefined;
  return { wanted: spec.replicas ?? 1, available: status.availableReplicas ?? 0 };
}
