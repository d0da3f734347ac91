import type { Analysis, HookRound, ProvidersCheck } from '../domain/findings.js';
import type { Phase } from '../domain/phases.js';
import type { HookType } from '../domain/policy.js';
import type { AfterLook } from '../domain/aftercare/aftercare.js';
import type { ReleaseState } from '../domain/state.js';
import type { CanaryContext } from '../canary/read.js';
import type { AskedAfter } from './after-promotion.js';

/** When a question is asked, and how long to wait for an answer. */
export interface Inquiry {
  /**
   * Identifies this inquiry. It stays the same when a worker dies and another asks again, so that receivers recognise a
   * repetition.
   */
  readonly occasion: string;
  readonly signal: AbortSignal;
}

/** Everything a release asks outside Kubernetes. No answer holds a secret. */
export interface Checks {
  /** Whether the metrics providers answer. */
  providers(context: CanaryContext, signal: AbortSignal): Promise<ProvidersCheck>;
  /**
   * What a user must fix before the metrics can be read at all: a template that is missing or whose query can't be
   * parsed. Needs no request, so it is checked before each release.
   */
  mistake(context: CanaryContext): Promise<string | undefined>;
  /** Rollout webhooks, then metrics, in the order of the spec, up to the first that fails. */
  analysis(
    context: CanaryContext,
    state: Pick<ReleaseState, 'applied' | 'policy' | 'weight' | 'weightSince' | 'judgement'>,
    inquiry: Inquiry,
  ): Promise<Analysis>;
  /** How a promoted version has done since, compared with the one before it. */
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
