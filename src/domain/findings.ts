import type { Judged, JudgementMemory } from './decision/judged.js';
import type { Policy } from './policy.js';
import type { Retreat } from './silence/retreat.js';
import type { Revision } from './revision.js';
import type { Weights } from './weights.js';
import type { Gate } from './approvals/gates.js';

/** Whether a workload's latest template is rolled out completely. */
export type Readiness = { readonly ready: true } | NotReady;

export interface NotReady extends PodsOfRollout {
  readonly ready: false;
  /** False where waiting longer won't help: the progress deadline has passed, or the workload doesn't exist. */
  readonly retriable: boolean;
  readonly reason: string;
  /** The workload doesn't exist any more, or is being deleted. Observations of earlier versions don't say so. */
  readonly gone?: true;
}

/** The pods of a rollout that isn't complete. */
export interface PodsOfRollout {
  /** At least one of them serves. */
  readonly available: boolean;
  /** Grows with each pod that is updated, becomes available, or is removed because it is old. */
  readonly progress?: number;
  /** As many pods serve, old and new ones together, as an update must leave available. */
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

/** What Kubernetes shows of a Canary and all that belongs to it. */
export interface World {
  /**
   * Observations of earlier versions, which histories hold, lack it: decisions on them must stay as they were. Since
   * edition 2 readiness, deadline and analysis are separate, and a fix can be released from every state; since edition
   * 3 also while the primary is lost or flapping during the fix's analysis.
   */
  readonly edition?: 2 | 3;
  /** The Canary is gone. Nothing else below is known then. */
  readonly gone?: true;
  /** Another run or the dead-man's switch holds the Lease: this run may write nothing more. */
  readonly fenced?: true;
  /** The dead-man's switch holds it, and has rolled this run's release back. */
  readonly retreat?: Retreat;
  /** The policy, where its generation differs from the one in the question. */
  readonly policy?: Policy;
  readonly refusal?: Refusal;
  /** Digest of the approvals annotation, valid or not; absent where the Canary has none. */
  readonly approvals?: string;
  /** Marked for deletion, and waiting for our finalizer. */
  readonly deleting?: true;
  /** Why the Canary can't be observed, in words for an event; a user must fix it. */
  readonly problem?: string;
  /** The problem is a foreign object, or a write that the API server refuses: the condition says so, too. */
  readonly foreign?: true;
  /** What a user must fix before a release can be judged: a metric template that is missing or can't be read. */
  readonly mistake?: string;
  /** What the API server would refuse of the release that is about to start; a user must fix it first. */
  readonly refused?: string;
  /** The primary workload and the objects it needs exist. */
  readonly built: boolean;
  readonly primary: Readiness;
  readonly canary: Readiness;
  /** The target's revision, where it differs from the one in the question. */
  readonly revision?: Revision;
  readonly sameAsPrimary: boolean;
  /** Warm pods of the former version, while a promotion is being undone; undefined where there are none. */
  readonly previous?: Readiness;
  /** All of the traffic is about to come to the primary, which has too few pods for it: it needs so many. */
  readonly short?: number;
  /** As in the traffic provider's object; undefined where there is none yet. */
  readonly weights?: Weights;
  /** Generated objects that differ from what they should be and are to be corrected, `Kind/name`. */
  readonly drift: readonly string[];
  /**
   * Drift that is not corrected, in words for an event: another controller keeps changing the object, or its contents
   * are lost. Observations of earlier versions lack it: their `drift` held both kinds.
   */
  readonly leftAlone?: readonly string[];
  /** Those that can't be corrected because the API server or an owner refuses: the condition says so, too. */
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
  /** The time span of the query; undefined where the metric has no interval. */
  readonly window?: Span;
  /** For an event, where `ok` is false. */
  readonly message?: string;
  /** The provider failed, so there is no value; it says nothing about the canary. */
  readonly providerError?: true;
  /** The provider answered, and had no value. */
  readonly noValues?: true;
}

/** The answers of a round of webhooks; the round ends at the first that decides. */
export interface HookRound {
  readonly results: readonly HookResult[];
}

/** What one analysis found; it stops at the first failure. */
export interface Analysis {
  readonly hooks: readonly HookResult[];
  readonly metrics: readonly MetricResult[];
  /** The canary's share of the requests, where the traffic provider's metrics show it. */
  readonly seen?: SeenShare | UnknownShare;
  /** What the counts of both versions say, where the policy asks for a judgement. */
  readonly judged?: Judged;
  /** The judge's memory of this release, this observation included; it goes into the state, not into the record. */
  readonly memory?: JudgementMemory;
}

/** How the requests were divided since the weight was set, according to the metrics. */
export interface SeenShare {
  /** Percent of the requests that went to the canary. */
  readonly percent: number;
  /** Requests to canary and primary together. */
  readonly requests: number;
  /** Ending with `at`. */
  readonly windowSeconds: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The share is unknown, and why; no secrets. */
export interface UnknownShare {
  readonly unknown: string;
}

/** A question that needs I/O to be answered. */
export type Question = 'providers' | Gate | 'rollback' | 'pre-rollout' | 'analysis';

/** Whether the metrics providers answer, asked while a Canary is initialised. */
export interface ProvidersCheck {
  readonly error?: string;
}

/** All that a tick has learned. An answer is absent until its question has been asked. */
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
