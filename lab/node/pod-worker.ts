import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../src/kube/client.js';
import { PODS } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { isConflict, isNotFound } from '../kube/answers.js';
import { proxyEnvironment } from '../owner/lab-view.js';
import { readPlaces } from '../owner/places.js';
import type { Leash } from '../process/leash.js';
import type { PodAddresses } from './addresses.js';
import { ConfigSource } from './config-source.js';
import { containerEnvironment } from './container-environment.js';
import { ContainerRunner } from './container-runner.js';
import { PodEvents } from './events.js';
import type { ImageCatalogue } from './images.js';
import { LatestOnly } from '../kube/latest-only.js';
import { NODE_NAME } from './node-object.js';
import { LOOPBACK, PodPorts } from './pod-ports.js';
import { podStatus, podConditions, type PodCondition, type PodFindings } from './pod-status.js';
import type { Container, Pod } from './pod.js';
import { volumeVariables, writeVolumes } from './volumes.js';

/** Where a pod's container ports really are, as JSON: `{"9898": 21034}`. */
const PORTS_ANNOTATION = 'lab.serinus.dev/ports';

const SETUP_RETRY_MS = 1_000;
const DELETE_RETRY_MS = 300;

/** What all pods of the node share. */
export interface NodeEnvironment {
  readonly client: KubeClient;
  readonly leash: Leash;
  readonly addresses: PodAddresses;
  /** Pods listen at their addresses; else these are only names. */
  readonly addressesAreReal: boolean;
  readonly images: ImageCatalogue;
  readonly podsDirectory: string;
  readonly logsDirectory: string;
  readonly placesFile: string;
  /** The environment of every container. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Runs one pod and reports on it, from the moment it is bound to the node until it is gone. */
export class PodWorker {
  readonly ip: string;
  readonly ports: PodPorts;
  readonly #directory: string;
  readonly #config: ConfigSource;
  readonly #events: PodEvents;
  readonly #startTime = new Date();
  readonly #publisher: LatestOnly;
  #containers: readonly ContainerRunner[];
  #conditions: readonly PodCondition[];
  #blocked: string | undefined;
  #ending: Promise<void> | undefined;
  #gone = false;

  constructor(
    readonly pod: Pod,
    readonly node: NodeEnvironment,
  ) {
    const { namespace, name, uid } = pod.metadata;
    const trouble = (error: unknown) => node.log(`${namespace}/${name}: ${describe(error)}`);
    this.ip = node.addresses.take();
    this.ports = new PodPorts(node.addressesAreReal ? this.ip : LOOPBACK);
    this.#directory = join(node.podsDirectory, `${namespace}_${name}_${uid.slice(0, 8)}`);
    this.#config = new ConfigSource(node.client, namespace);
    this.#events = new PodEvents(node.client, pod, trouble);
    this.#publisher = new LatestOnly(() => this.#writeStatus(), trouble);
    this.#conditions = pod.status.conditions.flatMap(asKnownCondition);
    this.#containers = pod.spec.containers.map((container) => this.#containerRunner(container));
  }

  /** Sets the pod up and lets its containers run. Resolves when all have ended for good; never rejects. */
  async run(): Promise<void> {
    if (!(await this.#setUp())) return;
    await Promise.all(this.#containers.map((container) => container.run()));
  }

  /** Ends the pod as the API server wants it ended, once, and takes its object out of the API. */
  terminate(graceSeconds: number): void {
    this.#ending ??= this.#terminate(graceSeconds);
  }

  /** The pod's object is gone, or the node ends: nothing of it may stay. */
  remove(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#publisher.close();
    this.#containers.forEach((container) => container.kill());
    this.node.addresses.free(this.ip);
    this.ports.release();
    rm(this.#directory, { recursive: true, force: true }).catch((error: unknown) => this.node.log(describe(error)));
  }

  async #setUp(): Promise<boolean> {
    const { images, client } = this.node;
    const { namespace, name } = this.pod.metadata;
    const { containers, volumes, initContainers } = this.pod.spec;
    if (initContainers.length > 0) this.#blocked = 'the lab node runs no init containers';
    while (!this.#ended) {
      try {
        for (const container of containers) {
          const ports = images.find(container.image)?.ports(container) ?? [];
          await this.ports.reserve([...container.ports.map(({ containerPort }) => containerPort), ...ports]);
        }
        const annotations = { [PORTS_ANNOTATION]: JSON.stringify(this.ports) };
        await client.patch(PODS, 'merge', namespace, name, { metadata: { annotations } });
        await mkdir(this.#directory, { recursive: true });
        await writeVolumes(volumes, this.#volumesDirectory, this.#config);
        void this.#publisher.ask();
        return this.#blocked === undefined;
      } catch (error) {
        this.#events.warning('FailedMount', describe(error));
        void this.#publisher.ask();
        await sleep(SETUP_RETRY_MS);
      }
    }
    return false;
  }

  async #terminate(graceSeconds: number): Promise<void> {
    this.#events.normal('Killing', `Stopping containers of pod ${this.pod.metadata.name}`);
    const { namespace, name, uid } = this.pod.metadata;
    await Promise.all(this.#containers.map((container) => container.terminate(graceSeconds * 1000)));
    await this.#publisher.ask();
    while (!this.#gone) {
      try {
        const options = { gracePeriodSeconds: 0, preconditions: { uid } };
        await this.node.client.request('DELETE', pathOf(PODS, namespace, name), options);
        return;
      } catch (error) {
        // Gone already, or another pod of that name: not ours any more either way.
        if (isNotFound(error) || isConflict(error)) return;
        await sleep(DELETE_RETRY_MS);
      }
    }
  }

  async #writeStatus(): Promise<void> {
    const findings: PodFindings = {
      podIp: this.ip,
      startTime: this.#startTime,
      restartPolicy: this.pod.spec.restartPolicy,
      containers: this.#containers.map((container) => container.snapshot()),
      blocked: this.#blocked,
    };
    const now = new Date();
    const status = podStatus(findings, this.#conditions, now);
    this.#conditions = podConditions(findings, this.#conditions, now);
    const { namespace, name, uid } = this.pod.metadata;
    try {
      const patch = { metadata: { uid }, status };
      await this.node.client.patch(PODS, 'merge', namespace, name, patch, { subresource: 'status' });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error; // the pod is gone, and the watch will say so
    }
  }

  #containerRunner(container: Container): ContainerRunner {
    const { name } = this.pod.metadata;
    const before = this.pod.status.containerStatuses.find((status) => status.name === container.name);
    return new ContainerRunner(container, {
      pod: this.pod,
      ports: this.ports,
      image: this.node.images.find(container.image),
      leash: this.node.leash,
      events: this.#events,
      logFile: join(this.node.logsDirectory, this.pod.metadata.namespace, `${name}.${container.name}.log`),
      directory: this.#directory,
      environment: () => this.#environment(container),
      // A pod that has run before, on this node's former life, is a restarted one.
      restartCount: before ? before.restartCount + 1 : 0,
      onChange: () => void this.#publisher.ask(),
    });
  }

  async #environment(container: Container): Promise<Record<string, string>> {
    const { proxyUrl } = readPlaces(this.node.placesFile);
    const facts = { podIp: this.ip, nodeName: NODE_NAME };
    return {
      ...this.node.env,
      ...(proxyUrl ? proxyEnvironment(proxyUrl) : {}),
      HOSTNAME: this.pod.metadata.name,
      ...volumeVariables(container, this.#volumesDirectory),
      ...(await containerEnvironment(this.pod, container, facts, this.#config)),
    };
  }

  get #ended(): boolean {
    return this.#gone || this.#ending !== undefined;
  }

  get #volumesDirectory(): string {
    return join(this.#directory, 'volumes');
  }
}

function asKnownCondition({ type, status, lastTransitionTime }: Pod['status']['conditions'][number]): PodCondition[] {
  if ((status !== 'True' && status !== 'False') || !lastTransitionTime) return [];
  return [{ type, status, lastTransitionTime }];
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
