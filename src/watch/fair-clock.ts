/**
 * A clock for how long others have been silent, which leaves out what this process has missed itself: one that was frozen,
 * or got no processor, has not listened meanwhile and must not hold that against them.
 */
export class FairClock {
  private elapsed = 0;
  private last: number | undefined;

  /**
   * @param source milliseconds of a clock that never goes back
   * @param mostMs what may lie between two looks at it; longer gaps count as this long
   */
  constructor(
    private readonly mostMs: number,
    private readonly source: () => number = () => performance.now(),
  ) {}

  /** To be called at each look. @returns milliseconds in which this process was there */
  now(): number {
    const at = this.source();
    this.elapsed += Math.min(at - (this.last ?? at), this.mostMs);
    this.last = at;
    return this.elapsed;
  }
}
