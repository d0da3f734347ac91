import type { Analysis, HookRound, ProvidersCheck } from '../domain/findings.js';
import type { Phase } from '../domain/phases.js';
import type { HookType } from '../domain/policy.js';
import type { AfterLook } from '../domain/aftercare/aftercare.js';
import type { ReleaseState } from '../domain/state.js';
import type { CanaryContext } from '../canary/read.js';
import type { AskedAfter } from './after-promotion.js';

/** When something is asked, and until when an answer is waited for. */
export interface Inquiry {
  /**
   * Tells this inquiry from every other. It stays the same when a worker dies and another asks again: receivers tell a
   * repetition by it.
   */
  readonly occasion: string;
  readonly signal: AbortSignal;
}

/** Everything a release asks of the world outside Kubernetes. No answer holds a secret. */
export interface Checks {
  /** Whether the metrics providers answer. */
  providers(context: CanaryContext, signal: AbortSignal): Promise<ProvidersCheck>;
  /**
   * What a person must mend before the metrics can be read at all: a template that is missing, or whose query can't be
   * read. Asks nobody, so it is looked at before each release.
   */
  mistake(context: CanaryContext): Promise<string | undefined>;
  /** Rollout webhooks, then metrics, in the order of the spec, up to the first that fails. */
  analysis(
    context: CanaryContext,
    state: Pick<ReleaseState, 'applied' | 'policy' | 'weight' | 'weightSince' | 'judgement'>,
    inquiry: Inquiry,
  ): Promise<Analysis>;
  /** What a version that has been promoted has shown since, against the one before it. */
  afterPromotion(context: CanaryContext, asked: AskedAfter, signal: AbortSignal): Promise<AfterLook>;
  /** The webhooks of one type. */
  hooks(
    context: CanaryContext,
    state: Pick<ReleaseState, 'applied'>,
    type: HookType,
    phase: Phase,
    inquiry: Inquiry,
  ): Promise<HookRound>;
}
