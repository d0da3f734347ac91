interface Entry<T> {
  readonly item: T;
  readonly weight: number;
  /** How far the item's share lags behind its weight. */
  current: number;
}

/**
 * Smooth weighted round robin, the way nginx spreads requests: over any stretch of picks the shares are as
 * close to the weights as whole picks can be, without bursts. Items of weight 0 are never picked.
 */
export class SmoothWeighted<T> {
  readonly #entries: Entry<T>[];
  readonly #total: number;

  constructor(
    readonly items: readonly T[],
    weightOf: (item: T) => number,
  ) {
    this.#entries = items
      .map((item) => ({ item, weight: Math.max(0, weightOf(item)), current: 0 }))
      .filter(({ weight }) => weight > 0);
    this.#total = this.#entries.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** The next item, or undefined when all weights are 0. */
  pick(): T | undefined {
    let best: Entry<T> | undefined;
    for (const entry of this.#entries) {
      entry.current += entry.weight;
      if (!best || entry.current > best.current) best = entry;
    }
    if (!best) return undefined;
    best.current -= this.#total;
    return best.item;
  }
}
