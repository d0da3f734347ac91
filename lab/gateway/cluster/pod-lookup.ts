import { z } from 'zod';
import { readPlaces } from '../../owner/places.js';
import type { Place } from '../../node/pod-ports.js';
import type { Endpoint } from './endpoints.js';

const placeSchema = z.object({ host: z.string(), ports: z.record(z.string(), z.number()) });
type PodPlace = z.infer<typeof placeSchema>;
const LOOKUP_TIMEOUT_MS = 1_000;

/**
 * Turns a pod's address in the cluster into where it really listens, as the lab node knows it. A pod
 * keeps its ports for life and its address is not used again for long, so an answer stays good.
 */
export class PodLookup {
  readonly #known = new Map<string, Promise<PodPlace>>();

  constructor(readonly placesFile: string) {}

  /** Where the port really is. Rejects when the node doesn't know the pod, or can't be asked. */
  async place({ ip, port }: Endpoint): Promise<Place> {
    const { host, ports } = await this.#find(ip);
    const real = ports[String(port)];
    if (real === undefined) throw new Error(`the pod at ${ip} has no port ${port}`);
    return { host, port: real };
  }

  /** Forgets an address that no endpoint has any more. */
  forget(ip: string): void {
    this.#known.delete(ip);
  }

  #find(ip: string): Promise<PodPlace> {
    const known = this.#known.get(ip);
    if (known) return known;
    const asked = this.#ask(ip);
    this.#known.set(ip, asked);
    // A failure is not an answer: the next request asks again.
    asked.catch(() => this.#known.delete(ip));
    return asked;
  }

  async #ask(ip: string): Promise<PodPlace> {
    const { nodeUrl } = readPlaces(this.placesFile);
    if (!nodeUrl) throw new Error('no lab node runs');
    const answer = await fetch(`${nodeUrl}/pods/${ip}`, { signal: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`the lab node knows no pod at ${ip}`);
    return placeSchema.parse(await answer.json());
  }
}
