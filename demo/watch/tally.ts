import type { Answer } from '../../lab/traffic.js';

/** The last seconds as the client has seen them. */
export interface Recent {
  readonly requests: number;
  readonly failed: number;
  readonly byVersion: ReadonlyMap<string, number>;
  /** Milliseconds; undefined without an answer. */
  readonly p99Ms: number | undefined;
}

interface Timed {
  readonly at: number;
  readonly answer: Answer;
}

/** Counts a client's answers: all of them, and those of the last seconds. */
export class Tally {
  requests = 0;
  failed = 0;
  readonly byVersion = new Map<string, number>();
  /** What went wrong, and how often. */
  readonly problems = new Map<string, number>();
  private recentAnswers: Timed[] = [];

  /** @param windowMs how long an answer counts as recent */
  constructor(private readonly windowMs: number) {}

  /** @param at milliseconds on any clock that `recent` is asked with, too */
  add(answer: Answer, at: number): void {
    this.requests += 1;
    if (!answer.ok) {
      this.failed += 1;
      increment(this.problems, answer.problem ?? 'no reason given');
    } else if (answer.version !== undefined) {
      increment(this.byVersion, answer.version);
    }
    this.recentAnswers.push({ at, answer });
    if (this.recentAnswers.length % 100 === 0) this.forget(at);
  }

  recent(now: number): Recent {
    this.forget(now);
    const byVersion = new Map<string, number>();
    let failed = 0;
    for (const { answer } of this.recentAnswers) {
      if (!answer.ok) failed += 1;
      else if (answer.version !== undefined) increment(byVersion, answer.version);
    }
    const times = this.recentAnswers.map(({ answer }) => answer.tookMs);
    return { requests: this.recentAnswers.length, failed, byVersion, p99Ms: percentile(times, 99) };
  }

  private forget(now: number): void {
    this.recentAnswers = this.recentAnswers.filter(({ at }) => at > now - this.windowMs);
  }
}

/** Of the values sorted, the first that is not below `percent` of them; undefined where there are none. */
export function percentile(values: readonly number[], percent: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
