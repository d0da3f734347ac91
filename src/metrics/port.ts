import type { MetricTemplateProvider } from '../crds/metric-template.js';
import type { Duration } from '../crds/schema/fields.js';
import type { ProviderEnvironment } from './environment.js';

/**
 * A system that keeps metrics, and answers a query with one number.
 *
 * Both methods only read (where a query is an order, as with Keptn's analyses, what it makes is taken away again), so
 * they may be called again at any time. They share no state between calls. They end within the provider's time limit
 * (5 seconds unless its file says otherwise) or, when `signal` is aborted, at once.
 *
 * They throw, and nothing else:
 * - {@link NoValuesFound} where there is no value, or it is NaN;
 * - {@link QueryRefused} for what only the user can mend: the provider doesn't understand the query, or it yields more
 *   than one number can tell;
 * - {@link ProviderError} where the provider is unreachable, fails, takes too long or refuses the credentials: nothing
 *   has been learnt about the canary then;
 * - whatever `signal` was aborted with.
 *
 * No message of theirs holds a credential, a header's value, or an address's user-info or query string, even where the
 * provider's own answer does.
 */
export interface MetricsProvider {
  /** @returns the query's value, never NaN, perhaps infinite */
  query(query: string, signal: AbortSignal): Promise<number>;
  /**
   * Puts several queries as one, each of which finds series and no bare number; absent where a provider has no such thing.
   * It throws what {@link query} does, also where only one of them can't be answered: asked by themselves they tell which.
   *
   * @returns the queries' values, NaN included; a query without a value is missing
   */
  together?(queries: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Resolves where the provider answers as it should. */
  checkOnline(signal: AbortSignal): Promise<void>;
  /**
   * Every sample of the series that a selector finds, as it was scraped; absent where a provider has no such thing. It
   * throws what {@link query} does, save that finding none is an answer.
   *
   * @param span milliseconds since 1970, its beginning left out
   */
  samples?(
    selector: string,
    span: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<readonly Series[]>;
}

/** One series: what it is about, and its samples, the oldest first. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** `at` in milliseconds since 1970. */
  readonly samples: readonly { readonly at: number; readonly value: number }[];
  /** Of a native histogram, which has no such samples. */
  readonly histograms?: readonly HistogramSample[];
}

/** A native histogram as it was scraped at `at`, milliseconds since 1970. */
export interface HistogramSample {
  readonly at: number;
  /** Of all values. */
  readonly count: number;
  /** Those with values in them; the left border is left out of each. */
  readonly buckets: readonly { readonly left: number; readonly right: number; readonly count: number }[];
}

export interface ProviderOptions {
  readonly provider: MetricTemplateProvider;
  /** The Secret's entries, decoded; undefined where the provider names no Secret. */
  readonly credentials?: Readonly<Record<string, string>>;
  /** The metric's, for providers that are asked about a span of time. */
  readonly interval?: Duration;
  /** Such a span doesn't begin before this, in milliseconds since 1970; as far back as it likes where undefined. */
  readonly notBefore?: number;
  /** For each question; the provider's own default where undefined. */
  readonly timeoutMs?: number;
  /** Milliseconds since 1970; the real clock where undefined. */
  readonly now?: () => number;
  /** For providers that use the identity of Serinus itself; where undefined they find nothing. */
  readonly environment?: ProviderEnvironment;
}

/** @throws UserError where address or credentials are missing or can't be used */
export type ProviderFactory = (options: ProviderOptions) => MetricsProvider;
