import type { JudgementPolicy } from './decision/judged.js';
import type { ApprovalPolicy } from './approvals/rules.js';
import type { Listeners } from './notices/notice.js';

/** When a webhook is called. `rollout` is also what an empty type means. */
export const HOOK_TYPES = [
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
] as const;

export type HookType = (typeof HOOK_TYPES)[number];

/** How the canary's share of the traffic grows. */
export interface CanaryStrategy {
  readonly kind: 'canary';
  /** Percent by which the weight grows each step; absent where `weights` lists the steps. */
  readonly stepWeight?: number;
  /** The weights one after another, ascending, 1 to 100. */
  readonly weights?: readonly number[];
  /** The weight at which the analysis is complete, 1 to 100. */
  readonly maxWeight: number;
  /** Percent by which traffic moves back to the promoted primary; 0 = in one move. */
  readonly stepWeightPromotion: number;
  /** The canary is checked on copies of requests before it gets requests. */
  readonly mirror?: true;
}

/** A/B test: requests that match the canary's audience meet the canary, all others the primary. */
export interface AudienceStrategy {
  readonly kind: 'ab';
  /** Checks that the canary must pass, at least 1. */
  readonly iterations: number;
  readonly stepWeightPromotion: number;
}

/** Blue/Green: checked without users' requests, then once more with all of them. */
export interface BlueGreenStrategy {
  readonly kind: 'blueGreen';
  /** Checks that the canary must pass before it gets requests, at least 1. */
  readonly iterations: number;
  readonly stepWeightPromotion: number;
  /** The canary is checked on copies of requests. */
  readonly mirror?: true;
}

/** How a canary gets from its first pod to its promotion. */
export type Strategy = CanaryStrategy | AudienceStrategy | BlueGreenStrategy;

/**
 * What the core must know of a Canary's spec. Activities read the rest (queries, URLs, ports) where they need it, which
 * keeps it out of workflow histories.
 */
export interface Policy {
  /** `metadata.generation` of the spec that this was read from. */
  readonly generation: number;
  readonly provider: string;
  readonly targetKind: string;
  readonly targetName: string;
  readonly suspend: boolean;
  readonly skipAnalysis: boolean;
  readonly revertOnDeletion: boolean;
  readonly intervalSeconds: number;
  /** Failed checks that roll the release back; at least 1. */
  readonly threshold: number;
  readonly strategy: Strategy;
  /** Traffic can be divided; false where only Services lead to the pods. */
  readonly routed: boolean;
  /** Where the spec can't be followed to the letter: what is done instead, reported once a release. */
  readonly notices: readonly string[];
  /** Names of the webhooks by type, in the order of the spec. */
  readonly hooks: Readonly<Partial<Record<HookType, readonly string[]>>>;
  /** How long something may block a release before it is rolled back; without limit in policies of older runs. */
  readonly progressDeadlineSeconds?: number;
  /** Names of the rollout webhooks whose load tests Serinus runs itself. */
  readonly loadTests: readonly string[];
  /** How long pods of the former version are kept ready after a promotion; not kept where undefined. */
  readonly keepPreviousSeconds?: number;
  /** Failed checks in a row that roll the release back, whatever the threshold; not counted where undefined. */
  readonly consecutiveFailures?: number;
  /** Who is notified of the release; no one where undefined. */
  readonly listeners?: Listeners;
  /** Names of the webhooks that never raise an alert for keeping a release waiting. */
  readonly muted?: readonly string[];
  /** Who must approve what; no approvals are needed where undefined. */
  readonly approvals?: ApprovalPolicy;
  /** How statistics decide about a release; only checks decide where undefined. */
  readonly judgement?: JudgementPolicy;
}

/**
 * The part of a policy that comes from annotations, which have no generation: where this differs the policy has
 * changed. Load tests and approvals are compared on their own.
 */
export function annotatedIn({ consecutiveFailures, keepPreviousSeconds }: Policy): string {
  return JSON.stringify([consecutiveFailures ?? null, keepPreviousSeconds ?? null]);
}

export function hasHooks(policy: Policy, type: HookType): boolean {
  return (policy.hooks[type]?.length ?? 0) > 0;
}
