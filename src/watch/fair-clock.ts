/**
 * A clock for the silence of others that leaves out this process's own pauses: while it was frozen, or got no CPU, it
 * has not listened, so that time must not count against them.
 */
export class FairClock {
  private elapsed = 0;
  private last: number | undefined;

  /**
   * @param source milliseconds of a clock that never goes back
   * @param mostMs the longest time that counts between two readings
   */
  constructor(
    private readonly mostMs: number,
    private readonly source: () => number = () => performance.now(),
  ) {}

  /** To be called at each check. @returns milliseconds in which this process was running */
  now(): number {
    const at = this.source();
    this.elapsed += Math.min(at - (this.last ?? at), this.mostMs);
    this.last = at;
    return this.elapsed;
  }
}
