/** Caches answers for a while; repeated requests for the same key get the same answer. */
export class Expiring<T> {
  private readonly entries = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();

  /**
   * @param ms how long an answer holds
   * @param limit number of answers that are kept; the oldest are dropped first
   */
  constructor(
    private readonly ms: number,
    private readonly limit = 1_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** A failed answer isn't cached. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known && known.until > this.now()) return known.answer;
    const answer = ask();
    this.entries.delete(key);
    this.entries.set(key, { until: this.now() + this.ms, answer });
    this.tidy();
    answer.catch(() => {
      if (this.entries.get(key)?.answer === answer) this.entries.delete(key);
    });
    return answer;
  }

  has(key: string): boolean {
    const known = this.entries.get(key);
    return known !== undefined && known.until > this.now();
  }

  private tidy(): void {
    for (const [key, entry] of this.entries) {
      if (entry.until > this.now() && this.entries.size <= this.limit) return;
      this.entries.delete(key);
    }
  }
}
