import type { Judged } from '../decision/judged.js';
import type { HookResult, MetricResult, SeenShare, Span, UnknownShare } from '../findings.js';
import type { Undelivered } from '../notices/outbox.js';
import type { HookType } from '../policy.js';

/** One line of a release's record. `at` is milliseconds since 1970. */
export type RecordEntry =
  | { readonly at: number; readonly what: 'event'; readonly type: 'Normal' | 'Warning'; readonly message: string }
  | {
      readonly at: number;
      readonly what: 'weight';
      readonly canary: number;
      /** How the requests were divided, according to the last analysis with it. */
      readonly seen?: SeenShare;
    }
  | { readonly at: number; readonly what: 'phase'; readonly phase: string }
  | {
      readonly at: number;
      readonly what: 'analysis';
      readonly weight: number;
      readonly ok: boolean;
      readonly hooks: readonly HookResult[];
      readonly metrics: readonly MetricResult[];
      /** How the requests were divided under this weight, where that is known. */
      readonly seen?: SeenShare | UnknownShare;
      /** What the counts of both versions say, where the policy asks for a judgement. */
      readonly judged?: Judged;
    }
  /** An observation after the promotion: the promoted version takes the canary's place in the judgement. */
  | {
      readonly at: number;
      readonly what: 'watch';
      readonly judged: Judged;
      /** What takes the primary's place: a time of the same length with the version before it. */
      readonly past?: Span;
    }
  /** A webhook that was called outside an analysis. */
  | ({
      readonly at: number;
      readonly what: 'webhook';
      readonly type: HookType;
      /** Times in a row that it gave exactly this answer, where more than once. */
      readonly times?: number;
      /** The last of them, in milliseconds since 1970. */
      readonly until?: number;
    } & Omit<HookResult, 'at'>)
  | {
      readonly at: number;
      readonly what: 'order';
      readonly order: string;
      readonly by: string;
      readonly reason: string;
      readonly channel: string;
      /** Repeated deliveries of the same order have the same id; missing in records of earlier versions. */
      readonly requestId?: string;
      /** Id of the release that the order is for, where it is another one. */
      readonly of?: string;
      /** Why it was refused, where it was. */
      readonly refused?: string;
    }
  | { readonly at: number; readonly what: 'load-test'; readonly result: LoadTestSummary }
  | ({
      readonly at: number;
      readonly what: 'undelivered';
      /** Workflow that keeps trying; undefined where none does. */
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

/** The part of a run's record that it no longer carries itself. */
export interface Offloaded {
  /** How many entries: the first one still carried has this index in the whole record. */
  readonly entries: number;
  /** Number of pieces they were handed over in. */
  readonly chunks: number;
  /** People named in them. */
  readonly actors: readonly string[];
  /** The last phase recorded in them. */
  readonly phase?: string;
}

export const NOTHING_OFFLOADED: Offloaded = { entries: 0, chunks: 0, actors: [] };

/** Entries that a run carries at most when it continues as new. */
const CARRIED = 160;
/** Of these, the ones kept when older ones are handed over: enough to see what happened last. */
const LEFT = 60;

/** What to hand over before the run continues as new: the older entries of a long record. None are dropped. */
export function surplusOf(record: readonly RecordEntry[]): readonly RecordEntry[] {
  return record.length <= CARRIED ? [] : record.slice(0, record.length - LEFT);
}

/** The part handed over, these entries included. */
export function withOffloaded(before: Offloaded, entries: readonly RecordEntry[]): Offloaded {
  return {
    entries: before.entries + entries.length,
    chunks: before.chunks + 1,
    actors: actorsIn(entries, before.actors),
    phase: lastPhaseIn(entries) ?? before.phase,
  };
}

export function lastPhaseIn(entries: readonly RecordEntry[]): string | undefined {
  return entries.findLast((entry) => entry.what === 'phase')?.phase;
}

/**
 * The record after a decision that could not be carried out: findings and orders stay in it; effects and events, which
 * didn't happen, don't.
 *
 * @param before the record at the time of the decision
 */
export function withoutDeeds(before: readonly RecordEntry[], decided: readonly RecordEntry[]): readonly RecordEntry[] {
  return decided.filter(({ what }, index) => index < before.length || !DEEDS.includes(what));
}

const DEEDS: readonly RecordEntry['what'][] = ['event', 'weight', 'phase'];

/** Everybody named in the entries, each once. */
export function actorsIn(entries: readonly RecordEntry[], known: readonly string[] = []): readonly string[] {
  return [...new Set([...known, ...entries.flatMap((entry) => ('by' in entry ? [entry.by] : []))])];
}
