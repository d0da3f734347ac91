import { Problem } from '../problems/problem.js';

/** Between the end of one turn and the next, milliseconds. */
const PAUSE_MS = 250;
/** How many may wait: the last one waits for about five seconds. */
const LONGEST_LINE = 20;

interface Line {
  waiting: number;
  last: Promise<void>;
}

/**
 * Processes callers from one address one after another: slower than guessing tokens would need, but a caller with a
 * valid one still gets in.
 */
export class Turns {
  private readonly lines = new Map<string, Line>();

  /** @throws Problem where too many wait already */
  async take<T>(address: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(address) ?? { waiting: 0, last: Promise.resolve() };
    if (line.waiting >= LONGEST_LINE) {
      throw new Problem('rate-limited', 'too many tokens that were never seen before come from this address', {
        retryAfter: Math.ceil((LONGEST_LINE * PAUSE_MS) / 1_000),
        remedy: 'wait for as long as Retry-After says',
      });
    }
    this.lines.set(address, line);
    line.waiting += 1;
    const before = line.last;
    let next = (): void => undefined;
    line.last = new Promise((resolve) => (next = resolve));
    try {
      await before;
      return await work();
    } finally {
      setTimeout(() => {
        next();
        line.waiting -= 1;
        if (line.waiting === 0) this.lines.delete(address);
      }, PAUSE_MS).unref();
    }
  }
}
