import type { KubeClient } from '../../src/kube/client.js';
import { EVENTS } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { timestamp } from './container-status.js';
import { NODE_NAME } from './node-object.js';
import type { Pod } from './pod.js';

/** The same event of the same pod is shown again only after this long. */
const QUIET_MS = 60_000;

/** Reports on a pod in Kubernetes Events, so that `kubectl describe pod` explains what goes on. */
export class PodEvents {
  readonly #lastShown = new Map<string, number>();

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
    if (now - (this.#lastShown.get(key) ?? 0) < QUIET_MS) return;
    this.#lastShown.set(key, now);
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
    // For convenience only: a pod runs no worse when its event is lost.
    this.client.request('POST', pathOf(EVENTS, namespace), event).catch(this.onTrouble);
  }
}
