const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

/**
 * How long to wait before a container is started again, by the kubelet's rule: the first restart comes at
 * once, then 10 s, 20 s and so on up to 5 minutes. A container that has run for ten minutes starts over.
 */
export class Backoff {
  #next = 0;

  /** The delay before the next attempt, given how long the last one ran. */
  delayAfter(ranForMs: number): number {
    if (ranForMs >= 2 * LONGEST_MS) this.#next = 0;
    const delay = this.#next;
    this.#next = Math.min(Math.max(FIRST_MS, delay * 2), LONGEST_MS);
    return delay;
  }
}

/** How long to wait before an image is looked for again after so many failures. */
export function pullDelay(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}
