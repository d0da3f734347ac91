import type { PortReference } from '../kube/metadata.js';
import { freePort, returnPort } from '../process/ports.js';
import type { Container } from './pod.js';

/** Where a port really is. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export const LOOPBACK = '127.0.0.1';

/**
 * Where a pod's container ports really are. In a network of the lab's own that is where they say: at the pod's address.
 * Elsewhere all processes share one loopback interface, so each container port gets a free port for itself; it stays the
 * same when the container restarts.
 */
export class PodPorts {
  readonly #real = new Map<number, number>();

  /** @param host the pod's address where that is a real one */
  constructor(readonly host: string = LOOPBACK) {}

  /** Reserves a real port for each of these container ports. */
  async reserve(containerPorts: Iterable<number>): Promise<void> {
    for (const port of containerPorts) {
      if (!this.#real.has(port)) this.#real.set(port, this.host === LOOPBACK ? await freePort() : port);
    }
  }

  /** The real port for a container port. */
  real(containerPort: number): number {
    const port = this.#real.get(containerPort);
    if (port === undefined) throw new Error(`no port was reserved for container port ${containerPort}`);
    return port;
  }

  /** The real port for what a probe or a Service calls a port: its number, or the container's name for it. */
  resolve(reference: PortReference, container: Container): number {
    if (typeof reference === 'number') return this.real(reference);
    const named = container.ports.find(({ name }) => name === reference);
    if (!named) throw new Error(`container ${container.name} has no port named "${reference}"`);
    return this.real(named.containerPort);
  }

  /** Real ports by container port. */
  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#real);
  }

  release(): void {
    if (this.host === LOOPBACK) for (const port of this.#real.values()) returnPort(port);
  }
}
