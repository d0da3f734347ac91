import type { LoadTestSummary } from '../../domain/record.js';
import { Histogram } from './histogram.js';

/** What a run found. Latencies are in milliseconds, of answered requests, from sending to the end of the answer. */
export interface LoadReport extends LoadTestSummary {
  readonly p90: number;
  readonly max: number;
  /** Requests without an answer, by error code (`ECONNREFUSED`, `TIMEOUT`). */
  readonly errors: Readonly<Record<string, number>>;
  /** How long it took. */
  readonly seconds: number;
}

const MICROSECONDS = 1_000;

/** Adds a run up as it goes. */
export class Tally {
  private readonly codes = new Map<number, number>();
  private readonly errors = new Map<string, number>();
  private readonly latencies = new Histogram();
  private requests = 0;
  private failed = 0;

  answered(status: number, milliseconds: number): void {
    this.requests++;
    if (status >= 500) this.failed++;
    this.codes.set(status, (this.codes.get(status) ?? 0) + 1);
    this.latencies.record(milliseconds * MICROSECONDS);
  }

  unanswered(code: string): void {
    this.requests++;
    this.failed++;
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  report(name: string, seconds: number): LoadReport {
    const percentile = (share: number) => rounded(this.latencies.percentile(share) / MICROSECONDS);
    return {
      name,
      requests: this.requests,
      failed: this.failed,
      requestsPerSecond: seconds > 0 ? rounded(this.requests / seconds) : 0,
      codes: Object.fromEntries(this.codes),
      errors: Object.fromEntries(this.errors),
      p50: percentile(0.5),
      p90: percentile(0.9),
      p99: percentile(0.99),
      max: rounded(this.latencies.max / MICROSECONDS),
      seconds: rounded(seconds),
    };
  }
}

/** Three places, or microseconds where the unit is a millisecond. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
