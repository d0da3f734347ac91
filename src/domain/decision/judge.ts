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
 * Judging a canary: by its checks, and by the webhooks that ask for a rollback. Whether its pods are ready, or something
 * else keeps the release from going on, makes no difference to that: users meet it as it is.
 */

/** Checks in a row without any judgement that roll back, as a multiple of the threshold of failed ones. */
const UNKNOWN_CHECKS_PER_THRESHOLD = 3;

/** What of the world a judgement needs besides what was asked. */
interface Scene {
  readonly weights: Weights;
  /** What the target holds. */
  readonly revision: Revision;
}

/** Whether users meet the canary, or copies of their requests do. */
export function hasTraffic({ canary, mirrored }: Weights): boolean {
  return canary > 0 || mirrored === true;
}

/** @returns what takes the canary back without another check, or the question whether anything does */
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
 * Looks at the canary: once before its first traffic by the pre-rollout hooks, then by the analysis.
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
    // Somebody woke the release: the weight has not stood long enough to be judged. A gate was only reached by a check
    // that passed, so an approval needs no other.
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
  // A server that is back has no values yet of the time in which it was away.
  return metric?.noValues === true && unknownAt !== undefined && (metric.window?.from ?? Infinity) <= unknownAt;
}

/** Standing still without a judgement is safe for a while, not for ever. */
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

/** With the one that has just failed. */
export function failuresInARow({ failedInARow = 0 }: Pick<AnalysisState, 'failedInARow'>): number {
  return failedInARow + 1;
}

function isTooOften({ consecutiveFailures = Infinity }: Policy, inARow: number): boolean {
  return inARow >= consecutiveFailures;
}

function rollBackForChecks(count: number): Step {
  return { do: 'rollBack', why: { kind: 'failed-checks', count } };
}
