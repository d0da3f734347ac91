import { PODS } from '../../src/kube/object.js';
import { Followed } from '../kube/followed.js';
import { NODES, NODE_NAME } from './node-object.js';
import { nodeSchema, type Node } from './placement.js';
import { PodWorker, type NodeEnvironment } from './pod-worker.js';
import { podSchema, type Pod } from './pod.js';
import { schedule } from './scheduler.js';

/** A pod's real address, for those who want to reach it. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  /** Where its processes listen: at its address, or on loopback. */
  readonly host: string;
  /** Real ports by container port. */
  readonly ports: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Scheduler and kubelet of the lab in one: binds every pod that may run on it to itself and runs its containers as child
 * processes. Pods bound to it before it was started are started anew, as after a reboot.
 */
export class LabNode {
  readonly #workers = new Map<string, PodWorker>();
  readonly #pods: Followed<typeof podSchema>;
  readonly #nodes: Followed<typeof nodeSchema>;
  /** The node as it is: people may label, taint and cordon it. */
  #node: Node | undefined;

  constructor(readonly environment: NodeEnvironment) {
    this.#nodes = new Followed(environment.client, NODES, nodeSchema, {
      onChange: (node) => this.#nodeChanged(node),
      onGone: () => undefined,
      onTrouble: (error) => environment.log(`watching nodes: ${String(error)}`),
    });
    this.#pods = new Followed(environment.client, PODS, podSchema, {
      onChange: (pod) => this.#reconcile(pod),
      onGone: (pod) => this.#forget(pod),
      onTrouble: (error) => environment.log(`watching pods: ${String(error)}`),
    });
  }

  /** Begins to watch pods; resolves when it has seen those that exist. */
  async start(): Promise<void> {
    void this.#nodes.start();
    await this.#pods.start();
  }

  /** Takes all children along. */
  kill(): void {
    this.#nodes.stop();
    this.#pods.stop();
    for (const worker of this.#workers.values()) worker.remove();
  }

  places(): PodPlace[] {
    return [...this.#workers.values()].map(({ pod, ip, ports }) => ({
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      ip,
      host: ports.host,
      ports: ports.toJSON(),
      labels: pod.metadata.labels,
      annotations: pod.metadata.annotations,
    }));
  }

  #reconcile(pod: Pod): void {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (pod.spec.nodeName === '') {
      if (deletionTimestamp === undefined) this.#schedule(pod);
      return;
    }
    if (pod.spec.nodeName !== NODE_NAME) return;
    const worker = this.#workers.get(uid) ?? this.#adopt(pod);
    if (deletionTimestamp !== undefined) worker?.terminate(deletionGracePeriodSeconds ?? 0);
  }

  #adopt(pod: Pod): PodWorker | undefined {
    const isOver = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
    if (isOver && pod.metadata.deletionTimestamp === undefined) return undefined;
    const worker = new PodWorker(pod, this.environment);
    this.#workers.set(pod.metadata.uid, worker);
    // One that is to be deleted needs no start, only its end.
    if (pod.metadata.deletionTimestamp === undefined) void worker.run();
    return worker;
  }

  #forget(pod: Pod): void {
    this.#workers.get(pod.metadata.uid)?.remove();
    this.#workers.delete(pod.metadata.uid);
  }

  /** A pod that was waiting may fit now. */
  #nodeChanged(node: Node): void {
    if (node.metadata.name !== NODE_NAME) return;
    this.#node = node;
    for (const pod of this.#pods.objects.values()) {
      if (pod.spec.nodeName === '' && pod.metadata.deletionTimestamp === undefined) this.#schedule(pod);
    }
  }

  #schedule(pod: Pod): void {
    // Pods that were seen before the node are looked at again when it is.
    if (!this.#node) return;
    schedule(this.environment.client, pod, this.#node).catch((error: unknown) => {
      this.environment.log(`scheduling ${pod.metadata.namespace}/${pod.metadata.name}: ${String(error)}`);
    });
  }
}
