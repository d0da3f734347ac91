import type { HookResult, MetricResult, SeenShare, UnknownShare } from './findings.js';
import type { Undelivered } from './outbox.js';
import type { HookType } from './policy.js';

/** One line of a release's record. `at` is milliseconds since 1970. */
export type RecordEntry =
  | { readonly at: number; readonly what: 'event'; readonly type: 'Normal' | 'Warning'; readonly message: string }
  | { readonly at: number; readonly what: 'weight'; readonly canary: number }
  | { readonly at: number; readonly what: 'phase'; readonly phase: string }
  | {
      readonly at: number;
      readonly what: 'analysis';
      readonly weight: number;
      readonly ok: boolean;
      readonly hooks: readonly HookResult[];
      readonly metrics: readonly MetricResult[];
      /** How the requests were divided under this weight, where that can be told. */
      readonly seen?: SeenShare | UnknownShare;
    }
  /** A webhook that was asked outside of an analysis. */
  | ({
      readonly at: number;
      readonly what: 'webhook';
      readonly type: HookType;
      /** Times in a row that it has given this very answer, where it was more than once. */
      readonly times?: number;
      /** The last of these times, in milliseconds since 1970. */
      readonly until?: number;
    } & Omit<HookResult, 'at'>)
  | {
      readonly at: number;
      readonly what: 'order';
      readonly order: string;
      readonly by: string;
      readonly reason: string;
      readonly channel: string;
      /** The same order has the same id, however often it was sent; missing in records of earlier versions. */
      readonly requestId?: string;
      /** Why it was not carried out, where it wasn't. */
      readonly refused?: string;
    }
  | { readonly at: number; readonly what: 'load-test'; readonly result: LoadTestSummary }
  | ({
      readonly at: number;
      readonly what: 'undelivered';
      /** Workflow that goes on trying; undefined where nobody does. */
      readonly handedTo?: string;
    } & Undelivered);

export interface LoadTestSummary {
  readonly name: string;
  readonly requests: number;
  readonly failed: number;
  readonly requestsPerSecond: number;
  readonly codes: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Entries a run carries; a long record loses its middle, never its beginning or its end. */
const RECORD_LIMIT = 160;
const KEPT_HEAD = 40;

/** Appends, dropping the oldest entries after the head when the record is full. */
export function appendTo(
  record: readonly RecordEntry[],
  entries: readonly RecordEntry[],
): { readonly record: readonly RecordEntry[]; readonly dropped: number } {
  const all = [...record, ...entries];
  if (all.length <= RECORD_LIMIT) return { record: all, dropped: 0 };
  const dropped = all.length - RECORD_LIMIT;
  return { record: [...all.slice(0, KEPT_HEAD), ...all.slice(KEPT_HEAD + dropped)], dropped };
}
