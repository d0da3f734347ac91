import type { KubeClient } from '../kube/client.js';
import { timestamp } from './container-status.js';
import { NODE_NAME } from './node-object.js';
import type { Pod } from './pod.js';

/** The same event of the same pod is told again only after this long. */
const QUIET_MS = 60_000;

/** Tells about a pod in Kubernetes Events, so that `kubectl describe pod` explains what goes on. */
export class PodEvents {
  readonly #lastTold = new Map<string, number>();

  constructor(
    readonly client: KubeClient,
    readonly pod: Pod,
    readonly onTrouble: (error: unknown) => void,
  ) {}

  normal(reason: string, message: string): void {
    this.#emit('Normal', reason, message);
  }

  warning(reason: string, message: string): void {
    this.#emit('Warning', reason, message);
  }

  #emit(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const key = `${reason} ${message}`;
    const now = Date.now();
    if (now - (this.#lastTold.get(key) ?? 0) < QUIET_MS) return;
    this.#lastTold.set(key, now);
    const { namespace, name, uid } = this.pod.metadata;
    const at = timestamp(new Date(now));
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, generateName: `${name}.` },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      source: { component: 'kubelet', host: NODE_NAME },
      type,
      reason,
      message,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    };
    // Told for convenience only: a pod runs no worse when its event is lost.
    this.client.create(`/api/v1/namespaces/${namespace}/events`, event).catch(this.onTrouble);
  }
}
