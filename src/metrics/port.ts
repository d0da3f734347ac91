import type { MetricTemplateProvider } from '../crds/metric-template.js';
import type { Duration } from '../crds/schema/fields.js';
import type { ProviderEnvironment } from './environment.js';

/**
 * A metrics system that answers a query with one number.
 *
 * Both methods only read (a query that creates an object, as with Keptn's analyses, deletes it afterwards), so they may
 * be called again at any time. They share no state between calls. They end within the provider's time limit (5 seconds
 * unless its file says otherwise) or, when `signal` is aborted, at once.
 *
 * They throw only these:
 * - {@link NoValuesFound} where there is no value, or it is NaN;
 * - {@link QueryRefused} for what only the user can fix: the provider doesn't understand the query, or its result isn't
 *   a single number;
 * - {@link ProviderError} where the provider is unreachable, fails, takes too long or refuses the credentials: this
 *   says nothing about the canary;
 * - whatever `signal` was aborted with.
 *
 * None of their messages contain a credential, a header's value, or an address's user-info or query string, even where
 * the provider's own answer does.
 */
export interface MetricsProvider {
  /** @returns the query's value, never NaN, perhaps infinite */
  query(query: string, signal: AbortSignal): Promise<number>;
  /**
   * Sends several queries as one, each of which yields series and no bare number; absent where a provider has no such
   * thing. It throws what {@link query} does, even if only one of them fails: single requests then show which.
   *
   * @returns the queries' values, NaN included; a query without a value is missing
   */
  together?(queries: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Resolves where the provider answers as it should. */
  checkOnline(signal: AbortSignal): Promise<void>;
  /**
   * Every sample of the series that a selector matches, as scraped; absent where a provider has no such thing. It
   * throws what {@link query} does, except that an empty result is an answer.
   *
   * @param span milliseconds since 1970, its beginning excluded
   */
  samples?(
    selector: string,
    span: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<readonly Series[]>;
}

/** One series: its labels, and its samples, the oldest first. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** `at` in milliseconds since 1970. */
  readonly samples: readonly { readonly at: number; readonly value: number }[];
  /** Samples of a native histogram, which has no others. */
  readonly histograms?: readonly HistogramSample[];
}

/** A native histogram as scraped at `at`, milliseconds since 1970. */
export interface HistogramSample {
  readonly at: number;
  /** Number of all values. */
  readonly count: number;
  /** Those with values in them; each excludes its left border. */
  readonly buckets: readonly { readonly left: number; readonly right: number; readonly count: number }[];
}

export interface ProviderOptions {
  readonly provider: MetricTemplateProvider;
  /** The Secret's entries, decoded; undefined where the provider names no Secret. */
  readonly credentials?: Readonly<Record<string, string>>;
  /** The metric's interval, for providers that are queried for a time span. */
  readonly interval?: Duration;
  /** Earliest beginning of such a span, in milliseconds since 1970; no limit where undefined. */
  readonly notBefore?: number;
  /** For each query; the provider's own default where undefined. */
  readonly timeoutMs?: number;
  /** Milliseconds since 1970; the real clock where undefined. */
  readonly now?: () => number;
  /** For providers that use Serinus' own identity; where undefined they have none. */
  readonly environment?: ProviderEnvironment;
}

/** @throws UserError where address or credentials are missing or can't be used */
export type ProviderFactory = (options: ProviderOptions) => MetricsProvider;
