import { z } from 'zod';
import { readPlaces } from '../../owner/places.js';
import type { Endpoint } from './endpoints.js';

const placeSchema = z.object({ ports: z.record(z.string(), z.number()) });
const LOOKUP_TIMEOUT_MS = 1_000;

/**
 * Turns a pod's address in the cluster into its real port on loopback, as the lab node knows it. A pod
 * keeps its ports for life and its address is not used again for long, so an answer stays good.
 */
export class PodLookup {
  readonly #known = new Map<string, Promise<Readonly<Record<string, number>>>>();

  constructor(readonly placesFile: string) {}

  /** The real port. Rejects when the node doesn't know the pod, or can't be asked. */
  async realPort({ ip, port }: Endpoint): Promise<number> {
    const ports = await this.#portsOf(ip);
    const real = ports[String(port)];
    if (real === undefined) throw new Error(`the pod at ${ip} has no port ${port}`);
    return real;
  }

  /** Forgets an address that no endpoint has any more. */
  forget(ip: string): void {
    this.#known.delete(ip);
  }

  #portsOf(ip: string): Promise<Readonly<Record<string, number>>> {
    const known = this.#known.get(ip);
    if (known) return known;
    const asked = this.#ask(ip);
    this.#known.set(ip, asked);
    // A failure is not an answer: the next request asks again.
    asked.catch(() => this.#known.delete(ip));
    return asked;
  }

  async #ask(ip: string): Promise<Readonly<Record<string, number>>> {
    const { nodeUrl } = readPlaces(this.placesFile);
    if (!nodeUrl) throw new Error('no lab node runs');
    const answer = await fetch(`${nodeUrl}/pods/${ip}`, { signal: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`the lab node knows no pod at ${ip}`);
    return placeSchema.parse(await answer.json()).ports;
  }
}
