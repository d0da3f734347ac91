/** The truth about the two versions in a simulation; the policy doesn't know it. */
export interface Truth {
  /** To both versions together. */
  readonly requestsPerSecond: number;
  /** Shares of failed requests, 0 to 1. */
  readonly primaryErrors: number;
  readonly canaryErrors: number;
  /** Number of simultaneous failures of one version, as with retries to one pod; 1 where undefined. */
  readonly burst?: number;
  /**
   * Pods differ: the canary's failure rate is multiplied by a random factor, drawn once a release; this is the standard
   * deviation of the factor's logarithm to base e. 0 where undefined.
   */
  readonly lottery?: number;
  /** The canary fails like the primary until so many seconds after its first request; 0 where undefined. */
  readonly turnsBadAfter?: number;
  /** Something that both versions need is down. */
  readonly outage?: Outage;
}

export interface Outage {
  /** Seconds since the canary's first request. */
  readonly from: number;
  readonly seconds: number;
  /** The share of requests that fail meanwhile, of both versions. */
  readonly errors: number;
}

/** @returns the shares of failed requests at that time */
export function errorsAt(
  { primaryErrors, canaryErrors, outage, turnsBadAfter = 0 }: Truth,
  factor: number,
  second: number,
): { readonly primary: number; readonly canary: number } {
  const isDown = outage !== undefined && second >= outage.from && second < outage.from + outage.seconds;
  const common = isDown ? outage.errors : 0;
  const own = (errors: number) => Math.min(1, Math.max(errors, common));
  return { primary: own(primaryErrors), canary: own((second < turnsBadAfter ? primaryErrors : canaryErrors) * factor) };
}
