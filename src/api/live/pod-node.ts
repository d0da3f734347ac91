import { z } from 'zod';
import type { KubeObject } from '../../kube/object.js';
import { isTerminating } from '../../kube/terminating.js';
import type { LiveNode } from '../schema/live.js';

const podSchema = z
  .object({
    phase: z.string().catch('Unknown'),
    reason: z.string().optional().catch(undefined),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).catch([]),
    containerStatuses: z
      .array(
        z.object({
          name: z.string(),
          restartCount: z.number().catch(0),
          state: z
            .object({
              waiting: z.object({ reason: z.string().catch('Waiting'), message: z.string().optional() }).optional(),
              terminated: z.object({ reason: z.string().catch('Terminated') }).optional(),
            })
            .catch({}),
        }),
      )
      .catch([]),
  })
  .catch({ phase: 'Unknown', reason: undefined, conditions: [], containerStatuses: [] });

/** Reasons of a waiting container that are no error. */
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

/** A pod as `kubectl get pods` shows it: the worst of its containers decides. */
export function podNode(pod: KubeObject): LiveNode {
  const { phase, reason, conditions, containerStatuses } = podSchema.parse(pod['status']);
  const waiting = containerStatuses.find(({ state }) => state.waiting)?.state.waiting;
  const terminated = containerStatuses.find(({ state }) => state.terminated)?.state.terminated;
  const restarts = containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const leaving = isTerminating(pod);
  const status = leaving
    ? 'Terminating'
    : (waiting?.reason ??
      reason ??
      terminated?.reason ??
      (ready ? 'ready' : phase === 'Running' ? 'not ready' : phase));
  const bad = phase === 'Failed' || (waiting !== undefined && !USUAL.has(waiting.reason));
  const details = [
    ...(restarts > 0 ? [`${restarts} restart${restarts === 1 ? '' : 's'}`] : []),
    ...(waiting?.message === undefined ? [] : [waiting.message]),
  ];
  return {
    kind: 'Pod',
    name: pod.metadata.name,
    health: leaving ? 'idle' : bad ? 'bad' : ready ? 'good' : 'busy',
    status,
    ...(details.length === 0 ? {} : { detail: details.join(', ') }),
    children: [],
  };
}
