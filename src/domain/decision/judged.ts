/** Whether evidence must prove the canary good, or only must not prove it bad. */
export const PROOFS = ['guard', 'prove'] as const;
export type Proof = (typeof PROOFS)[number];

/** What happens when evidence has not decided in time. */
export const ON_WAIT = ['hold', 'ask', 'advance', 'rollback'] as const;
export type OnWait = (typeof ON_WAIT)[number];

/** What happens when a version that was promoted turns out to be worse than the one before it. */
export const ON_REGRESSION = ['ask', 'undo'] as const;
export type OnRegression = (typeof ON_REGRESSION)[number];

/** How long the judge keeps watching after a promotion, and what follows from it. */
export interface WatchPolicy {
  readonly seconds: number;
  readonly text: string;
  readonly then: OnRegression;
}

/** How evidence steers a release. */
export interface JudgementPolicy {
  /** Distinguishes this policy from another. */
  readonly digest: string;
  /** For more traffic. */
  readonly steps: Proof;
  /** For the promotion. */
  readonly promotion: Proof;
  readonly wait: Patience;
  /**
   * While both versions fail; undefined in policies from before this field existed: the progress deadline applies then.
   */
  readonly shared?: Patience;
  /** After the promotion; no watch where undefined. */
  readonly watch?: WatchPolicy;
  /** The canary is compared with fresh pods of the primary's version, which get as many requests, instead of the primary. */
  readonly baseline?: true;
}

/** How long something may take, and what happens then. */
export interface Patience {
  readonly seconds: number;
  readonly text: string;
  readonly then: OnWait;
}

/** Requests, and how many of them were bad. */
export interface JudgedArm {
  readonly requests: number;
  readonly bad: number;
}

/** Requests, and how many of them took longer than each edge. */
export interface JudgedLatencyArm {
  readonly requests: number;
  /** In the order of the edges. */
  readonly slower: readonly number[];
}

export interface JudgedLatency {
  /** In seconds. */
  readonly edges: readonly number[];
  readonly canary: JudgedLatencyArm;
  readonly primary: JudgedLatencyArm;
}

/** What is known of one metric: the canary against the primary, since the release began. */
export interface JudgedMetric {
  readonly metric: string;
  readonly verdict: 'FAIL' | 'PASS' | 'WAIT';
  /** Of latency: the limit in seconds at which the versions differ most; slower requests are bad. */
  readonly edge?: number;
  /**
   * Of means: both versions' means in the metric's unit, and the ratio that is the limit; bad is their sum by the
   * largest value.
   */
  readonly mean?: { readonly canary: number; readonly primary: number; readonly limit: number };
  /** How much more than by chance the primary's failures scattered before; the evidence counts less by that factor. */
  readonly dispersion?: number;
  /** The canary's rate of bad requests as a multiple of the primary's; undefined where it is unknown. */
  readonly ratio?: number;
  /** The confidence interval: 95 %, valid at all times together; without an upper end where nothing bounds it. */
  readonly lower: number;
  readonly upper?: number;
  /** How far the evidence has come, 0 to 1. */
  readonly towardsFail: number;
  readonly towardsPass: number;
  /** In the windows that counted. */
  readonly canary: JudgedArm;
  readonly primary: JudgedArm;
}

/** The result of one reading of the counts. An activity computes it once, so that replay compares nothing. */
export interface Judged {
  readonly verdict: 'FAIL' | 'PASS' | 'WAIT';
  /**
   * The closed time span of the counts, by the metrics server's clock, in milliseconds since 1970; absent where nothing
   * could be counted.
   */
  readonly window?: { readonly from: number; readonly to: number };
  /**
   * The window's requests as they were divided, where the canary is compared with a baseline: `counts` hold the
   * baseline in the primary's place.
   */
  readonly requests?: { readonly canary: number; readonly primary: number; readonly baseline: number };
  /** The window's own counts, by metric. */
  readonly counts?: Readonly<Record<string, { readonly canary: JudgedArm; readonly primary: JudgedArm }>>;
  /** The window's requests by how slow they were, where latency is judged. */
  readonly latency?: JudgedLatency;
  readonly metrics: readonly JudgedMetric[];
  /** Why the window, although read, didn't count. */
  readonly passedOver?: 'split' | 'both-bad';
  /** What was seen in it, in words. */
  readonly seen?: string;
  /** Why nothing could be read: the metrics server failed, or has no samples of that time. */
  readonly unknown?: string;
  /** The canary has got requests since its weight was set. */
  readonly heard: boolean;
  /** Windows that have counted so far. */
  readonly windows: number;
  /** In one sentence: why FAIL, or what the judge waits for. */
  readonly says: string;
}

/** The judge's memory of a release between two readings; only the judge reads it. */
export interface JudgementMemory {
  /** The end of the last window, milliseconds since 1970. The next one begins there. */
  readonly until: number;
  /** Digest of the policy that it was judged by; another policy starts anew. */
  readonly digest: string;
  readonly evidence: unknown;
  /** When the canary had its first traffic, milliseconds since 1970; earlier versions don't have it. */
  readonly began?: number;
}
