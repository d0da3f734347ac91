/** A built-in check's query. Its layout is free: runs of whitespace are sent as one space. */
export interface BuiltinQuery {
  /** Rendered with the Canary's names, and with `addresses` where it is about certain pods. */
  readonly template: string;
  /** Converts the query's value into the check's unit, percent or milliseconds. */
  readonly factor: number;
  /** It is about the pods at certain addresses: without any it has no value. */
  readonly ofAddresses: boolean;
  /** In the queried names, everything that isn't a letter, a digit or `_` is replaced by `_`. */
  readonly wordNames: boolean;
}

/** Queries of an observer, by check. */
export interface ObserverQueries {
  readonly 'request-success-rate': BuiltinQuery;
  readonly 'request-duration': BuiltinQuery;
}

const PLAIN = { factor: 1, ofAddresses: false, wordNames: false };

/**
 * @param success yields percent
 * @param duration yields milliseconds, unless `durationFactor` says otherwise
 */
export function observerQueries(
  success: string,
  duration: string,
  {
    durationFactor = 1,
    ...traits
  }: Partial<Omit<BuiltinQuery, 'template' | 'factor'>> & { durationFactor?: number } = {},
): ObserverQueries {
  return {
    'request-success-rate': { ...PLAIN, ...traits, template: success },
    'request-duration': { ...PLAIN, ...traits, template: duration, factor: durationFactor },
  };
}
