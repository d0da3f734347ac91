/** Times are milliseconds since 1970. */
export interface Outage {
  /** No pod of the primary has served since then, except for moments. */
  readonly since: number;
  /** Pods serve since this observation, which may be such a moment. */
  readonly servesSince?: number;
}

/** Irregularities of the primary. */
export interface PrimaryState {
  /** The primary can't serve after a failed promotion: all traffic stays on the canary until a new one is promoted. */
  readonly stranded: boolean;
  /** The primary isn't ready and won't recover by itself: the release, which may fix it, doesn't wait for it. */
  readonly mending?: boolean | undefined;
  /** The primary serves no users, or has not for long enough again; earlier versions don't record it. */
  readonly outage?: Outage | undefined;
  /** The version promoted before is being restored in the primary, which couldn't roll the next one out. */
  readonly returning?: boolean | undefined;
  /** The primary has been scaled for all of the traffic: only once, because its autoscaler continues from there. */
  readonly grown?: boolean;
}
