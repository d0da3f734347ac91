/**
 * Addresses for pods, out of ranges that are reserved for documentation and, after these, for benchmarks:
 * the API server refuses loopback addresses in EndpointSlices, and no packet is ever sent to these. They
 * are names, which the gateway and the DNS proxy turn into the pod's real ports on loopback.
 */
const BENCHMARK_RANGES = Array.from({ length: 40 }, (_, index) => `198.18.${index}`);
const RANGES = ['198.51.100', '203.0.113', ...BENCHMARK_RANGES];
const HOSTS_PER_RANGE = 254;
const TOTAL = RANGES.length * HOSTS_PER_RANGE;

/** Hands out addresses round and round, so that a freed one comes up again as late as possible. */
export class PodAddresses {
  readonly #taken = new Set<string>();
  #next = 0;

  take(): string {
    for (let tries = 0; tries < TOTAL; tries++) {
      const address = addressAt(this.#next++ % TOTAL);
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
    throw new Error(`all ${TOTAL} pod addresses are taken`);
  }

  free(address: string): void {
    this.#taken.delete(address);
  }
}

function addressAt(index: number): string {
  const range = Math.floor(index / HOSTS_PER_RANGE);
  return `${RANGES[range]}.${(index % HOSTS_PER_RANGE) + 1}`;
}
