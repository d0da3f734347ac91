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
      /** How the requests were divided under it, as the last analysis under it has seen it. */
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
      /** How the requests were divided under this weight, where that can be told. */
      readonly seen?: SeenShare | UnknownShare;
      /** What the counts of both versions say, where the policy asks for that. */
      readonly judged?: Judged;
    }
  /** A look after the promotion: the version that serves everybody stands in the judgement as the canary. */
  | {
      readonly at: number;
      readonly what: 'watch';
      readonly judged: Judged;
      /** What stands there as the primary: so long a time of the version before it. */
      readonly past?: Span;
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
      /** Id of the release that it was ordered of, where that is another one. */
      readonly of?: string;
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

/** What of a run's record it no longer carries itself. */
export interface Offloaded {
  /** How many entries: the first that is carried has this position in the whole record. */
  readonly entries: number;
  /** In how many pieces they were handed over. */
  readonly chunks: number;
  /** Who is named in them. */
  readonly actors: readonly string[];
  /** The phase that was written down last in them. */
  readonly phase?: string;
}

export const NOTHING_OFFLOADED: Offloaded = { entries: 0, chunks: 0, actors: [] };

/** Entries that a run carries at most when it goes on. */
const CARRIED = 160;
/** Of these, what is left when the older ones are handed over: enough for whoever looks what happened last. */
const LEFT = 60;

/** What is to be handed over before the run goes on: the older entries of a long record. None are dropped. */
export function surplusOf(record: readonly RecordEntry[]): readonly RecordEntry[] {
  return record.length <= CARRIED ? [] : record.slice(0, record.length - LEFT);
}

/** What has been handed over when these entries have been, too. */
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
 * The record where a decision could not be carried out: what was found out and ordered stays, what was to be done and
 * said doesn't.
 *
 * @param before the record that the decision was made on
 */
export function withoutDeeds(before: readonly RecordEntry[], decided: readonly RecordEntry[]): readonly RecordEntry[] {
  return decided.filter(({ what }, index) => index < before.length || !DEEDS.includes(what));
}

const DEEDS: readonly RecordEntry['what'][] = ['event', 'weight', 'phase'];

/** Everybody who is named in the entries, each once. */
export function actorsIn(entries: readonly RecordEntry[], known: readonly string[] = []): readonly string[] {
  return [...new Set([...known, ...entries.flatMap((entry) => ('by' in entry ? [entry.by] : []))])];
}
