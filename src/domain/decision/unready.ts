/** Since when a workload isn't ready, by the release's own clock; it begins anew with every pod that gets further. */
export interface Unready {
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The furthest that its rollout has got, see `NotReady.progress`. */
  readonly progress: number;
  /** The reason that was said last, and when. */
  readonly said?: string;
  readonly saidAt?: number;
}

export type Side = 'primary' | 'canary';

/** Of each workload that isn't ready. */
export type UnreadySides = Readonly<Partial<Record<Side, Unready>>>;
