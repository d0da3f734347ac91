/** Whether evidence must prove the canary, or only must not speak against it. */
export const PROOFS = ['guard', 'prove'] as const;
export type Proof = (typeof PROOFS)[number];

/** What happens when evidence has not decided in time. */
export const ON_WAIT = ['hold', 'ask', 'advance', 'rollback'] as const;
export type OnWait = (typeof ON_WAIT)[number];

/** What happens when a version that was promoted turns out to be worse than the one before it. */
export const ON_REGRESSION = ['ask', 'undo'] as const;
export type OnRegression = (typeof ON_REGRESSION)[number];

/** How long the judge goes on after a promotion, and what then. */
export interface WatchPolicy {
  readonly seconds: number;
  readonly text: string;
  readonly then: OnRegression;
}

/** How a release goes by what the evidence says. */
export interface JudgementPolicy {
  /** Tells this policy from another. */
  readonly digest: string;
  /** For more traffic. */
  readonly steps: Proof;
  /** For the promotion. */
  readonly promotion: Proof;
  readonly wait: Patience;
  /** While both versions fail; undefined is a policy of before this could be said: the progress deadline bounds it. */
  readonly shared?: Patience;
  /** After the promotion; not at all where undefined. */
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
  /** Of latency: bad is what took longer than so many seconds, where the versions differ most. */
  readonly edge?: number;
  /** Of means: both versions', in the values' own unit, and which ratio of them is the limit; bad is their sum by the largest value. */
  readonly mean?: { readonly canary: number; readonly primary: number; readonly limit: number };
  /** By how much more than by chance the primary's failures scattered before; the evidence is weighed down by that. */
  readonly dispersion?: number;
  /** How many times as often as the primary the canary is bad; undefined where nothing tells. */
  readonly ratio?: number;
  /** Between these it lies, with 95 % at all times together; without an upper end where nothing bounds it. */
  readonly lower: number;
  readonly upper?: number;
  /** How far the evidence has come, 0 to 1. */
  readonly towardsFail: number;
  readonly towardsPass: number;
  /** In the windows that counted. */
  readonly canary: JudgedArm;
  readonly primary: JudgedArm;
}

/** What one look at the counts has come to. It is computed once, in an activity, and kept: a replay compares nothing. */
export interface Judged {
  readonly verdict: 'FAIL' | 'PASS' | 'WAIT';
  /** The closed span of time that was counted, by the metrics server's clock, in milliseconds since 1970; absent where none could be. */
  readonly window?: { readonly from: number; readonly to: number };
  /** The window's requests as they were divided, where the canary is compared with a baseline: `counts` hold that in the primary's place. */
  readonly requests?: { readonly canary: number; readonly primary: number; readonly baseline: number };
  /** The window's own counts, by metric. */
  readonly counts?: Readonly<Record<string, { readonly canary: JudgedArm; readonly primary: JudgedArm }>>;
  /** The window's requests by how slow they were, where latency is judged. */
  readonly latency?: JudgedLatency;
  readonly metrics: readonly JudgedMetric[];
  /** Why the window, which was read, didn't count. */
  readonly passedOver?: 'split' | 'both-bad';
  /** What was seen then, in words. */
  readonly seen?: string;
  /** Why nothing could be read: the metrics server failed, or has no samples of that time. */
  readonly unknown?: string;
  /** The canary has got requests since its weight was set. */
  readonly heard: boolean;
  /** Windows that counted so far. */
  readonly windows: number;
  /** In one sentence: why FAIL, or what it waits for. */
  readonly says: string;
}

/** What the judge must remember of a release, from one look to the next; only the judge reads it. */
export interface JudgementMemory {
  /** The end of the last window that was read, milliseconds since 1970. The next begins there. */
  readonly until: number;
  /** Of the policy by which it was judged; another one begins anew. */
  readonly digest: string;
  readonly evidence: unknown;
  /** When the canary had its first traffic, milliseconds since 1970; earlier versions haven't kept it. */
  readonly began?: number;
}
