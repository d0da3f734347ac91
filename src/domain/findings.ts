import type { Judged, JudgementMemory } from './decision/judged.js';
import type { Policy } from './policy.js';
import type { Retreat } from './silence/retreat.js';
import type { Revision } from './revision.js';
import type { Weights } from './weights.js';
import type { Gate } from './approvals/gates.js';

/** Whether a workload's latest template is fully rolled out. */
export type Readiness = { readonly ready: true } | NotReady;

export interface NotReady extends PodsOfRollout {
  readonly ready: false;
  /** False where waiting longer won't help: the progress deadline has passed, or the workload is gone. */
  readonly retriable: boolean;
  readonly reason: string;
}

/** What the pods of a rollout that isn't complete do. */
export interface PodsOfRollout {
  /** Some of them serve. */
  readonly available: boolean;
  /** How far it has got: grows with each pod that is updated, becomes available, or goes because it is old. */
  readonly progress?: number;
  /** As many serve as an update must leave serving, old and new ones together. */
  readonly enough?: true;
}

export const READY: Readiness = { ready: true };

export function isAvailable(readiness: Readiness): boolean {
  return readiness.ready || readiness.available;
}

/** Why a spec can't be carried out: what is wrong, where, and what would be right. */
export interface Refusal {
  readonly generation: number;
  readonly field: string;
  readonly value: string;
  readonly remedy: string;
}

/** What Kubernetes shows of a Canary and everything that belongs to it. */
export interface World {
  /**
   * Looks of earlier versions, which histories hold, lack it: what was decided on them then is decided on them now. Since
   * edition 2 readiness, deadline and analysis are apart, and a fix gets out of whatever state; since edition 3 also
   * where the primary is lost, or comes and goes, while the fix is being analysed.
   */
  readonly edition?: 2 | 3;
  /** The Canary is gone. Nothing else below is known then. */
  readonly gone?: true;
  /** Another run or the dead-man's switch holds the Lease: this run has no say any more. */
  readonly fenced?: true;
  /** The dead-man's switch was that, and has rolled back what this run was about. */
  readonly retreat?: Retreat;
  /** The policy, where its generation isn't the one that was asked with. */
  readonly policy?: Policy;
  readonly refusal?: Refusal;
  /** Digest of the annotation with the approvals, valid or not; absent where the Canary has none. */
  readonly approvals?: string;
  /** Marked for deletion, and waiting for our finalizer. */
  readonly deleting?: true;
  /** What keeps the Canary from being looked at, in words for an event; a person must mend it. */
  readonly problem?: string;
  /** The problem is that something is somebody else's, or refused to us: the condition says so, too. */
  readonly foreign?: true;
  /** What a person must mend before a release can be judged: a metric template that is missing or can't be read. */
  readonly mistake?: string;
  /** What the API server would refuse of the release that is about to start; a person must mend it first. */
  readonly refused?: string;
  /** The primary workload and the objects it needs exist. */
  readonly built: boolean;
  readonly primary: Readiness;
  readonly canary: Readiness;
  /** The target's revision, where it isn't the one that was asked with. */
  readonly revision?: Revision;
  readonly sameAsPrimary: boolean;
  /** Warm pods of the former version, while a promotion is being undone; undefined where there are none. */
  readonly previous?: Readiness;
  /** The primary has fewer pods than all of the traffic takes, which is about to come to it: so many it takes. */
  readonly short?: number;
  /** As the traffic provider's object has them; undefined where it has none yet. */
  readonly weights?: Weights;
  /** Generated objects that aren't as they should be and are to be put right, `Kind/name`. */
  readonly drift: readonly string[];
  /**
   * What is left as it is, in words for an event: somebody fights for it, or what it held is lost. Absent from looks of
   * earlier versions, whose drift didn't tell that apart.
   */
  readonly leftAlone?: readonly string[];
  /** Those of them that can't be put right, because the API server or an owner won't have it: the condition says so, too. */
  readonly refusals?: readonly string[];
}

/** One webhook's answer. */
export interface HookResult {
  readonly hook: string;
  readonly ok: boolean;
  /** Why not, in words for an event; no secrets. */
  readonly error?: string;
  /** When it was called, in milliseconds since 1970. */
  readonly at?: number;
  /** From the call to its last answer, with all attempts and the waits between them. */
  readonly durationMs?: number;
  /** HTTP status of the last answer; undefined where there was none. */
  readonly status?: number;
  /** Calls that were made; 0 where none could be. */
  readonly attempts?: number;
}

/** A span of time; both in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One metric's value against its range. */
export interface MetricResult {
  readonly metric: string;
  readonly ok: boolean;
  /** Undefined where there was no value. */
  readonly value?: number;
  readonly min?: number;
  readonly max?: number;
  /** The time that the query looked back on; undefined where the metric has no interval. */
  readonly window?: Span;
  /** For an event, where `ok` is false. */
  readonly message?: string;
  /** No value could be read because the provider failed, not because the canary did. */
  readonly providerError?: true;
  /** The provider answered, and had no value. */
  readonly noValues?: true;
}

/** The answers of a round of webhooks; they stop at the first that decides. */
export interface HookRound {
  readonly results: readonly HookResult[];
}

/** What one analysis found; it stops at the first failure. */
export interface Analysis {
  readonly hooks: readonly HookResult[];
  readonly metrics: readonly MetricResult[];
  /** The canary's share of the requests, where the traffic provider's metrics tell it. */
  readonly seen?: SeenShare | UnknownShare;
  /** What the counts of both versions say, where the policy asks for that. */
  readonly judged?: Judged;
  /** What the judge remembers of this release, with this look; it goes into the state, not into the record. */
  readonly memory?: JudgementMemory;
}

/** How the requests were divided since the weight was set, as the metrics have it. */
export interface SeenShare {
  /** Of the requests, on the canary. */
  readonly percent: number;
  /** Of canary and primary together. */
  readonly requests: number;
  /** Ending with `at`. */
  readonly windowSeconds: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** It could not be told, and why; no secrets. */
export interface UnknownShare {
  readonly unknown: string;
}

/** Something only the outside can answer. */
export type Question = 'providers' | Gate | 'rollback' | 'pre-rollout' | 'analysis';

/** Whether the metrics providers answer, asked while a Canary is initialised. */
export interface ProvidersCheck {
  readonly error?: string;
}

/** All that a tick has learned. An answer is absent until its question was asked. */
export interface Findings {
  readonly world: World;
  readonly providers?: ProvidersCheck;
  readonly 'confirm-rollout'?: HookRound;
  readonly 'confirm-traffic-increase'?: HookRound;
  readonly 'confirm-promotion'?: HookRound;
  readonly rollback?: HookRound;
  readonly 'pre-rollout'?: HookRound;
  readonly analysis?: Analysis;
}

export function failedHook(round: { readonly results: readonly HookResult[] }): HookResult | undefined {
  return round.results.find((result) => !result.ok);
}

export function failedMetric(analysis: Analysis): MetricResult | undefined {
  return analysis.metrics.find((result) => !result.ok);
}
