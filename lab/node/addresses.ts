import { createServer } from 'node:net';

/**
 * Addresses for pods, out of ranges that are reserved for documentation and, after these, for benchmarks:
 * the API server refuses loopback addresses in EndpointSlices, and no packet is ever sent to these outside. In a network
 * of the lab's own they are local. Elsewhere they are names, which the gateway and the DNS proxy turn into the pod's real
 * ports on loopback.
 */
const BENCHMARK_RANGES = Array.from({ length: 40 }, (_, index) => `198.18.${index}`);
const RANGES = ['198.51.100', '203.0.113', ...BENCHMARK_RANGES];
const HOSTS_PER_RANGE = 254;
/** Labs that share a network share the ranges: so many get their part. */
const LABS_IN_A_NETWORK = 7;
const RANGES_OF_A_LAB = RANGES.length / LABS_IN_A_NETWORK;
/** Whoever listens on this port of a range's first address has taken the range. */
const CLAIM_PORT = 65_000;

/** Hands out addresses round and round, so that a freed one comes up again as late as possible. */
export class PodAddresses {
  readonly #taken = new Set<string>();
  readonly #total: number;
  #next = 0;

  constructor(readonly ranges: readonly string[] = RANGES) {
    this.#total = ranges.length * HOSTS_PER_RANGE;
  }

  take(): string {
    for (let tries = 0; tries < this.#total; tries++) {
      const address = this.#addressAt(this.#next++ % this.#total);
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
    throw new Error(`all ${this.#total} pod addresses are taken`);
  }

  free(address: string): void {
    this.#taken.delete(address);
  }

  #addressAt(index: number): string {
    const range = Math.floor(index / HOSTS_PER_RANGE);
    return `${this.ranges[range]}.${(index % HOSTS_PER_RANGE) + 1}`;
  }
}

/** A part of the addresses that no other lab of this network has, for as long as this process lives. */
export async function ownAddresses(): Promise<PodAddresses> {
  for (let lab = 0; lab < LABS_IN_A_NETWORK; lab++) {
    const ranges = RANGES.slice(lab * RANGES_OF_A_LAB, (lab + 1) * RANGES_OF_A_LAB);
    if (await claim(`${ranges[0]}.0`)) return new PodAddresses(ranges);
  }
  throw new Error(`${LABS_IN_A_NETWORK} labs run in this network already, and have all the addresses`);
}

/** Listening is a claim that ends with whoever made it, however that ends. */
function claim(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port: CLAIM_PORT, exclusive: true }, () => {
      server.unref();
      resolve(true);
    });
  });
}
