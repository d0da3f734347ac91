import type { AnalysisState } from './analysis-state.js';
import { condemned } from './evidence.js';
import { expiryOf } from '../approvals/approvals.js';
import type { Analysis, Findings } from '../findings.js';
import { failedHook, failedMetric } from '../findings.js';
import { isIdleAtGate, isOpened } from '../approvals/policy-gates.js';
import { hasHooks, type Policy } from '../policy.js';
import type { Revision } from '../revision.js';
import type { ReleaseState } from '../state.js';
import { policyOf } from '../state.js';
import type { Step } from './step.js';
import type { Weights } from '../weights.js';

/**
 * Judges a canary: by its checks, and by the rollback webhooks. It does so whether or not its pods are ready or
 * something blocks the release: users meet the canary as it is.
 */

/** Checks in a row without any judgement that roll back, as a multiple of the threshold of failed ones. */
const UNKNOWN_CHECKS_PER_THRESHOLD = 3;

/** What a judgement needs to know of the world, besides the answers. */
interface Scene {
  readonly weights: Weights;
  /** The target's revision. */
  readonly revision: Revision;
}

/** Whether the canary gets users' requests, or copies of them. */
export function hasTraffic({ canary, mirrored }: Weights): boolean {
  return canary > 0 || mirrored === true;
}

/** @returns the step that takes traffic from the canary without another check, or the question to ask first */
export function verdict(s: ReleaseState, f: Findings): Step | undefined {
  const policy = policyOf(s);
  const signal = rollbackSignal(policy, f);
  if (signal) return signal;
  const isOver = s.failedChecks >= policy.threshold || isTooOften(policy, s.failedInARow ?? 0);
  return isOver ? rollBackForChecks(s.failedChecks) : undefined;
}

function rollbackSignal(policy: Policy, f: Findings): Step | undefined {
  if (!hasHooks(policy, 'rollback')) return undefined;
  if (f.rollback === undefined) return { do: 'ask', question: 'rollback' };
  const signalled = f.rollback.results.find((result) => result.ok);
  return signalled && { do: 'rollBack', why: { kind: 'hook', hook: signalled.hook } };
}

/**
 * Checks the canary: once before its first traffic by the pre-rollout hooks, then by the analysis.
 *
 * @returns undefined where it has passed, or there is nothing to check
 */
export function check(s: ReleaseState, f: Findings, { weights, revision }: Scene, now: number): Step | undefined {
  const policy = policyOf(s);
  if (!s.begun) {
    if (s.prepared || !hasHooks(policy, 'pre-rollout')) return undefined;
    if (f['pre-rollout'] === undefined) return { do: 'ask', question: 'pre-rollout' };
    return failedHook(f['pre-rollout']) ? haltOrRollBack(s) : undefined;
  }
  if (isIdleAtGate(s, weights)) return undefined;
  if (s.skipStep) return undefined;
  if (now < s.checkDueAt) {
    // Somebody woke the release before the weight could be judged. A release reaches a gate only by a check that
    // passed, so an approval needs no further check.
    if (isOpened(s, revision)) return undefined;
    return { do: 'wait', until: Math.min(s.checkDueAt, expiryOf(s, s.gate) ?? Infinity) };
  }
  if (f.analysis === undefined) return { do: 'ask', question: 'analysis' };
  const proven = condemned(f.analysis);
  if (proven) return proven;
  const failed = failedHook({ results: f.analysis.hooks }) ?? failedMetric(f.analysis);
  if (!failed) return f.analysis.judged?.unknown === undefined ? undefined : holdOrRollBack(s);
  return isUnknown(s, f.analysis) ? holdOrRollBack(s) : haltOrRollBack(s);
}

/** The metrics provider failed, so the canary has neither passed nor failed. */
function isUnknown({ unknownAt }: ReleaseState, analysis: Analysis): boolean {
  if (failedHook({ results: analysis.hooks })) return false;
  const metric = failedMetric(analysis);
  if (metric?.providerError) return true;
  // A server that has just recovered has no values of its downtime yet.
  return metric?.noValues === true && unknownAt !== undefined && (metric.window?.from ?? Infinity) <= unknownAt;
}

/** Holding without a judgement is safe for a while, not for ever. */
function holdOrRollBack(s: ReleaseState): Step {
  const count = s.unknownChecks + 1;
  if (count < UNKNOWN_CHECKS_PER_THRESHOLD * policyOf(s).threshold) return { do: 'hold' };
  return { do: 'rollBack', why: { kind: 'unknown-checks', count } };
}

function haltOrRollBack(s: ReleaseState): Step {
  const count = s.failedChecks + 1;
  const policy = policyOf(s);
  const isOver = count >= policy.threshold || isTooOften(policy, failuresInARow(s));
  return isOver ? rollBackForChecks(count) : { do: 'halt' };
}

/** The failure of this check included. */
export function failuresInARow({ failedInARow = 0 }: Pick<AnalysisState, 'failedInARow'>): number {
  return failedInARow + 1;
}

function isTooOften({ consecutiveFailures = Infinity }: Policy, inARow: number): boolean {
  return inARow >= consecutiveFailures;
}

function rollBackForChecks(count: number): Step {
  return { do: 'rollBack', why: { kind: 'failed-checks', count } };
}
