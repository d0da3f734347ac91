import { z } from 'zod';
import type { LoadTestSummary } from '../../domain/record/record.js';
import { Histogram } from './histogram.js';

/** The result of a run. Latencies are in milliseconds, of answered requests, from sending to the end of the answer. */
export interface LoadReport extends LoadTestSummary {
  readonly p90: number;
  readonly max: number;
  /** Requests without an answer, by error code (`ECONNREFUSED`, `TIMEOUT`). */
  readonly errors: Readonly<Record<string, number>>;
  /** How long it took. */
  readonly seconds: number;
}

const count = z.number().int().nonnegative();

/** The state of a run, as plain JSON: another process can continue from it, and report both parts as one. */
export const loadStateSchema = z.object({
  seconds: z.number().nonnegative(),
  codes: z.record(z.string(), count),
  errors: z.record(z.string(), count),
  /** Steps of the histogram of latencies and how often they occurred, and the largest latency in microseconds. */
  latencies: z.array(z.tuple([count, count])),
  largest: count,
});

export type LoadState = z.infer<typeof loadStateSchema>;

const MICROSECONDS = 1_000;

/** Adds up the results of a run. */
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

  /** Adds the results of an earlier part of the run. */
  add({ codes, errors, latencies, largest }: LoadState): void {
    for (const [code, times] of Object.entries(codes)) {
      this.requests += times;
      if (Number(code) >= 500) this.failed += times;
      this.codes.set(Number(code), (this.codes.get(Number(code)) ?? 0) + times);
    }
    for (const [code, times] of Object.entries(errors)) {
      this.requests += times;
      this.failed += times;
      this.errors.set(code, (this.errors.get(code) ?? 0) + times);
    }
    this.latencies.add(latencies, largest);
  }

  state(seconds: number): LoadState {
    return {
      seconds,
      codes: Object.fromEntries(this.codes),
      errors: Object.fromEntries(this.errors),
      latencies: this.latencies.steps.map(([step, times]) => [step, times]),
      largest: this.latencies.max,
    };
  }

  get total(): number {
    return this.requests;
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
