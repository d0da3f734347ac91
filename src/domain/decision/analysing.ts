import { awaitEvidence } from './evidence.js';
import { passGate } from '../approvals/hook-gates.js';
import {
  completing,
  isHeldRollback,
  lapsed,
  passMove,
  passPolicy,
  passToPromotion,
} from '../approvals/policy-gates.js';
import type { Findings } from '../findings.js';
import { READY, type Readiness } from '../findings.js';
import { check, hasTraffic, verdict } from './judge.js';
import { nextMove } from './moves.js';
import { lostAt, readinessOf } from './patience.js';
import type { Phase } from '../phases.js';
import { isLost, needsRescue, whereStranded } from './rescue.js';
import { compareWithWorld, hasNewDrift, seenRevision, weightsOf } from './seen.js';
import type { ReleaseState } from '../state.js';
import { intervalMs, policyOf } from '../state.js';
import type { Step } from './step.js';
import type { Weights } from '../weights.js';

/** A release under way: guarded, judged, and advanced when its next check is due and has passed. */
export function analysing(s: ReleaseState, f: Findings, now: number): Step {
  const { world } = f;
  const policy = policyOf(s);
  if (hasNewDrift(s, f)) return { do: 'reconcile' };
  if (isHeldRollback(s)) return overtaken(s, f) ?? completing(s, s.gate, now);
  const primary: Readiness = needsPrimary(s) ? readinessOf(s, world, 'primary', now) : READY;
  const lost = isLost(s, f, primary, now);
  if (!primary.ready && !primary.retriable && !lost) {
    return { do: 'rollBack', why: { kind: 'primary-lost', reason: primary.reason } };
  }
  if (!primary.ready && world.edition === undefined) return { do: 'awaitReady', of: 'primary', readiness: primary };
  const other = overtaken(s, f);
  if (other) return other;
  const canary = readinessOf(s, world, 'canary', now);
  if (!canary.ready && !canary.retriable) {
    return { do: 'rollBack', why: { kind: 'not-ready', reason: canary.reason } };
  }
  if (!primary.ready && !lost) return untilPrimary(s, f, primary, now);
  if (!canary.ready) return untilReady(s, f, { of: 'canary', readiness: canary }, now);
  if (!primary.ready) return { do: 'mend', reason: primary.reason };
  const revision = seenRevision(s, f);
  const expired = lapsed(s, revision, now);
  if (expired) return expired;
  // The pods of a newer revision that came during the analysis run already, but get no traffic before the gate is open.
  const unapproved = s.begun || s.stranded ? undefined : passPolicy(s, 'rollout', revision);
  if (unapproved) return unapproved;
  if (policy.skipAnalysis) return passToPromotion(s, weightsOf(s, f), revision) ?? { do: 'skip' };
  const judged = verdict(s, f);
  if (judged) return judged;
  if (s.promoteNow) return promoteUnchecked(s, f, now);
  return check(s, f, sceneOf(s, f), now) ?? move(s, f, now);
}

/** A release that may fix the primary doesn't wait for it. */
function needsPrimary(s: ReleaseState): boolean {
  return !policyOf(s).skipAnalysis && !s.stranded && s.mending !== true;
}

/** Pods must become ready before the release continues. It is judged meanwhile, at the same weight. */
function untilReady(
  s: ReleaseState,
  f: Findings,
  wait: { readonly of: 'primary' | 'canary'; readonly readiness: Readiness },
  now: number,
): Step {
  const judged = whileIdle(s, f, now);
  if (judged === undefined) return { do: 'awaitReady', ...wait };
  return judged.do === 'wait' ? { do: 'awaitReady', ...wait, until: judged.until } : judged;
}

/** The same for the primary, which is given up after a while. */
function untilPrimary(s: ReleaseState, f: Findings, readiness: Readiness, now: number): Step {
  const step = untilReady(s, f, { of: 'primary', readiness }, now);
  const at = f.world.edition === 3 ? lostAt(s, readiness) : undefined;
  if (step.do !== 'awaitReady' || at === undefined) return step;
  return { ...step, until: Math.min(step.until ?? Infinity, at) };
}

/**
 * Something blocks the release: a canary with users is judged all the same.
 *
 * @returns undefined where it has no users; the next check where it has passed this one, or none is due
 */
export function whileIdle(s: ReleaseState, f: Findings, now: number): Step | undefined {
  const weights = weightsOf(s, f);
  if (f.world.edition === undefined || !hasTraffic(weights) || policyOf(s).skipAnalysis || s.promoteNow)
    return undefined;
  const ended = lapsed(s, seenRevision(s, f), now) ?? verdict(s, f);
  if (ended) return ended;
  // A check that a person wants skipped is skipped when the release continues.
  const judged = check({ ...s, skipStep: false }, f, sceneOf(s, f), now);
  if (judged) return judged;
  if (s.begun) return { do: 'wait', until: now + intervalMs(s) };
  return s.stranded ? BEGIN : undefined;
}

export function isAnalysing(phase: Phase): boolean {
  return phase === 'Progressing' || phase === 'WaitingPromotion';
}

function sceneOf(s: ReleaseState, f: Findings) {
  return { weights: weightsOf(s, f), revision: seenRevision(s, f) };
}

/** Without further analysis, but with the approvals that the policy demands; until they are given, checks continue. */
function promoteUnchecked(s: ReleaseState, f: Findings, now: number): Step {
  const closed = passToPromotion(s, weightsOf(s, f), seenRevision(s, f));
  if (closed === undefined) return { do: 'promote' };
  return (s.gate && s.begun ? check(s, f, sceneOf(s, f), now) : undefined) ?? closed;
}

/** The target holds another revision than the one being analysed. */
export function overtaken(s: ReleaseState, f: Findings): Step | undefined {
  const compared = compareWithWorld(s, f);
  const wayOut = whereStranded(s, f, seenRevision(s, f), compared);
  if (wayOut) return wayOut;
  switch (compared) {
    case 'same':
      return undefined;
    case 'reverted':
      return { do: 'withdraw' };
    case 'new':
      return { do: 'restart' };
  }
}

/** Advances a canary that has passed its check: to the next weight, or to promotion. */
function move(s: ReleaseState, f: Findings, now: number): Step {
  const { strategy } = policyOf(s);
  const weights = weightsOf(s, f);
  const next = nextOf(s, f, weights, now);
  const undecided = awaitEvidence(s, f, next, now);
  if (undecided) return undecided;
  const unapproved = passMove(s, next, weights, seenRevision(s, f));
  if (unapproved) return unapproved;
  // Confirmation is needed for an increase of traffic, not for the mirroring that precedes it.
  if (strategy.kind === 'canary' && s.phase === 'Progressing' && !weights.mirrored) {
    const gate = passGate(s, f, 'confirm-traffic-increase', now);
    if (gate) return gate;
  }
  if (next === undefined) return passGate(s, f, 'confirm-promotion', now) ?? { do: 'promote' };
  return next.do === 'shift' ? (passGate(s, f, 'confirm-promotion', now) ?? next) : next;
}

function nextOf(s: ReleaseState, f: Findings, weights: Weights, now: number): Step | undefined {
  if (needsRescue(s, f, now)) return { do: 'rescue' };
  return s.stranded && !s.begun ? BEGIN : nextMove(s, policyOf(s).strategy, weights);
}

const BEGIN: Step = { do: 'begin' };
