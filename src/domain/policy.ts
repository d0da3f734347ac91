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
 * What the core must know of a Canary's spec. Activities read the rest (queries, URLs, ports) where they need it, so
 * that it never enters a workflow's history.
 */
export interface Policy {
  /** `metadata.generation` of the spec this was read from. */
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
  /** Traffic can be divided; not so where Services alone lead to the pods. */
  readonly routed: boolean;
  /** What was made of a spec that can't be carried out to the letter: said once a release. */
  readonly notices: readonly string[];
  /** Names of the webhooks by type, in the order of the spec. */
  readonly hooks: Readonly<Partial<Record<HookType, readonly string[]>>>;
  /** How long a release may be kept from going on before it is rolled back; for ever in policies of older runs. */
  readonly progressDeadlineSeconds?: number;
  /** Names of the rollout webhooks whose load tests the release carries out itself. */
  readonly loadTests: readonly string[];
  /** How long pods of the former version are kept ready after a promotion; not at all where undefined. */
  readonly keepPreviousSeconds?: number;
  /** Failed checks in a row that roll the release back, whatever the threshold; no number of them where undefined. */
  readonly consecutiveFailures?: number;
  /** Who is notified of the release; nobody where undefined. */
  readonly listeners?: Listeners;
  /** Names of the webhooks of which no alert says that they keep a release waiting. */
  readonly muted?: readonly string[];
  /** Who must approve what; nobody where undefined. */
  readonly approvals?: ApprovalPolicy;
  /** How a release goes by statistics; only by its checks where undefined. */
  readonly judgement?: JudgementPolicy;
}

/**
 * What of a policy stands in annotations, which have no generation: where this differs the policy is another one. Load
 * tests and approvals are distinguished by themselves.
 */
export function annotatedIn({ consecutiveFailures, keepPreviousSeconds }: Policy): string {
  return JSON.stringify([consecutiveFailures ?? null, keepPreviousSeconds ?? null]);
}

export function hasHooks(policy: Policy, type: HookType): boolean {
  return (policy.hooks[type]?.length ?? 0) > 0;
}
