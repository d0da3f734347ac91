import { awaitEvidence } from './evidence.js';
import { isPolicyGate } from '../approvals/approvals.js';
import type { Findings } from '../findings.js';
import type { Gate } from '../approvals/gates.js';
import { failedHook, READY, type Readiness } from '../findings.js';
import { check, hasTraffic, verdict } from './judge.js';
import { nextMove } from './moves.js';
import { lostAt, outageAfter, readinessOf, unreadyAfter } from './patience.js';
import { isActive, type Phase } from '../phases.js';
import {
  completing,
  isHeldRollback,
  lapsed,
  passMove,
  passPolicy,
  passToPromotion,
  withheld,
} from '../approvals/policy-gates.js';
import { hasHooks } from '../policy.js';
import { awaitPrimary, isLost, needsRescue, whereStranded } from './rescue.js';
import { sameRevision } from '../revision.js';
import type { Undoing } from '../orders/intents.js';
import type { ReleaseState } from '../state.js';
import { intervalMs, policyOf, stuckUntil } from '../state.js';
import type { Weights } from '../weights.js';
import { compareWithWorld, seenRevision, weightsOf } from './seen.js';
import { finalising, growFirst, promoting, retreatIfOvertaken } from './promotion.js';
import type { Step } from './step.js';

/**
 * Tells a release's story: from where it stands and what is known of the world, the one thing to do next.
 *
 * The order in which things are looked at is Flagger's (its reconcile loop), except that nothing waits for a later tick
 * when it can be done now. Pure and total: the workflow, the `observe` activity and the tests call the same function.
 *
 * @param now milliseconds since 1970; when the analysis is due depends on it
 */
export function tick(s: ReleaseState, findings: Findings, now: number): Step {
  const { world } = findings;
  const known = { ...s, unready: unreadyAfter(s.unready, world, now), outage: outageAfter(s, world, now) };
  const step = nextStep(known, findings, now);
  if (step.do !== 'rollBack') return step;
  return withheld({ ...s, policy: world.policy ?? s.policy }, findings, step.why) ?? step;
}

function nextStep(s: ReleaseState, findings: Findings, now: number): Step {
  const { world } = findings;
  if (world.gone) return { do: 'end', why: 'gone' };
  if (world.fenced) return { do: 'end', why: 'fenced' };
  const policy = world.policy ?? s.policy;
  if (world.deleting) return terminating({ ...s, policy }, findings, now);
  if (s.recover && isActive(s.phase)) {
    return { do: 'rollBack', why: { kind: 'recovery', reason: 'its workflow ended without finishing' } };
  }
  // A release under way goes on by the last valid spec; it only says that the new one isn't.
  if (world.refusal && !isActive(s.phase)) return { do: 'refuse', refusal: world.refusal };
  if (policy === undefined) return { do: 'report', problem: world.problem ?? 'the Canary could not be read' };
  if (policy.suspend && !s.undoing) return { do: 'suspend' };
  // Whatever the release is about to do needs what carries the traffic; repairing it is no step of the release.
  if (mustMend(findings)) return { do: 'reconcile' };
  if (s.undoing) return undoing(s, s.undoing, findings, now);
  const known = { ...s, policy };
  if (world.problem !== undefined) return stuck(known, findings, world.problem, now);
  return s.paused ? whilePaused(known, findings) : inPhase(known, findings, now);
}

/** Somebody is told what to mend, until the progress deadline has passed. Users who meet the canary can't wait so long. */
function stuck(s: ReleaseState, f: Findings, problem: string, now: number): Step {
  if (now >= (stuckUntil(s) ?? Infinity)) return { do: 'rollBack', why: { kind: 'not-ready', reason: problem } };
  const judged = isAnalysing(s.phase) && !s.paused ? whileIdle(s, f, now) : undefined;
  const refused = f.world.foreign ? { refused: true as const } : {};
  if (judged === undefined) return { do: 'report', problem, ...refused };
  return judged.do === 'wait' ? { do: 'report', problem, until: judged.until, ...refused } : judged;
}

/** Users meet the former version as soon as there is a pod that runs it; the rest follows. */
function undoing(s: ReleaseState, { stage, diverted }: Undoing, f: Findings, now: number): Step {
  switch (stage) {
    case 'divert':
      return { do: f.world.previous?.ready ? 'divert' : 'restorePrimary' };
    case 'restore':
      return { do: 'restorePrimary' };
    case 'home': {
      const primary = readinessOf(s, f.world, 'primary', now);
      if (primary.ready) return growFirst(s, f) ?? { do: 'comeHome' };
      // Where users are with it anyway, whoever ships the fix must not wait for what that mends.
      const isGivenUp = !primary.retriable && diverted !== true && now >= (stuckUntil(s) ?? Infinity);
      return isGivenUp
        ? { do: 'comeHome', unready: primary.reason }
        : { do: 'awaitReady', of: 'primary', readiness: primary };
    }
  }
}

/** A pause holds traffic where it is, but never on pods that nobody has analysed. */
function whilePaused(s: ReleaseState, f: Findings): Step {
  switch (s.phase) {
    case 'Progressing':
    case 'WaitingPromotion':
      return overtaken(s, f) ?? { do: 'stay' };
    case 'Promoting':
      return retreatIfOvertaken(s, f, weightsOf(s, f)) ?? { do: 'stay' };
    default:
      return { do: 'stay' };
  }
}

function inPhase(s: ReleaseState, f: Findings, now: number): Step {
  switch (s.phase) {
    case '':
    case 'Initializing':
      return initialising(s, f);
    case 'Initialized':
    case 'Succeeded':
    case 'Failed':
    case 'Waiting':
      return s.promoted === '' ? initialising(s, f) : resting(s, f, now);
    case 'Progressing':
    case 'WaitingPromotion':
      return analysing(s, f, now);
    case 'Promoting':
      return promoting(s, f, now);
    case 'Finalising':
      return finalising(s, f, now);
    case 'Terminating':
    case 'Terminated':
      return { do: 'end', why: 'rest' };
  }
}

/** The Canary is being deleted: the target gets its pods and its traffic back before it goes. */
function terminating(s: ReleaseState, f: Findings, now: number): Step {
  if (s.phase !== 'Terminating') return { do: 'terminate' };
  // Until the target can serve, the primary does.
  if (mustMend(f)) return { do: 'reconcile' };
  const canary = readinessOf(s, f.world, 'canary', now);
  if (!canary.ready && canary.retriable) return { do: 'awaitReady', of: 'canary', readiness: canary };
  return { do: 'revert' };
}

function initialising(s: ReleaseState, f: Findings): Step {
  // Until the primary serves it follows every change of the target.
  if (!f.world.built || s.phase === '' || compareWithWorld(s, f) === 'new') return { do: 'build' };
  if (policyOf(s).skipAnalysis) return { do: 'initialise' };
  // The target goes on serving until the primary can: a bootstrap that fails changes nothing for the users.
  if (!f.world.primary.ready) return { do: 'awaitReady', of: 'primary', readiness: f.world.primary };
  if (f.providers === undefined) return { do: 'ask', question: 'providers' };
  return { do: 'initialise' };
}

function resting(s: ReleaseState, f: Findings, now: number): Step {
  const { world } = f;
  const policy = policyOf(s);
  if (hasNewDrift(s, f)) return { do: 'reconcile' };
  const compared = compareWithWorld(s, f);
  const wayOut = whereStranded(s, f, seenRevision(s, f), compared);
  if (wayOut) return wayOut;
  switch (compared) {
    case 'same':
      if (s.phase !== 'Waiting' && !s.again) return { do: 'end', why: 'rest' };
      break;
    case 'reverted':
      if (s.phase === 'Waiting') return { do: 'withdraw' };
      return { do: 'note' };
    case 'new':
      break;
  }
  if (world.mistake !== undefined && !policy.skipAnalysis) return { do: 'report', problem: world.mistake };
  if (world.refused !== undefined) return { do: 'report', problem: world.refused, refused: true };
  // A primary that isn't ready delays a new revision, unless that may be what mends it.
  const wait = awaitPrimary(s, f, now);
  if (wait) return wait;
  const revision = seenRevision(s, f);
  const gate = lapsed(s, revision, now) ?? passPolicy(s, 'rollout', revision) ?? passGate(s, f, 'confirm-rollout', now);
  if (gate) return gate;
  return { do: 'start', weight: s.stranded ? 100 : 0 };
}

function analysing(s: ReleaseState, f: Findings, now: number): Step {
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
  // A newer revision that came in mid-analysis has its pods already, but gets no traffic before it may be rolled out.
  const unapproved = s.begun || s.stranded ? undefined : passPolicy(s, 'rollout', revision);
  if (unapproved) return unapproved;
  if (policy.skipAnalysis) return passToPromotion(s, weightsOf(s, f), revision) ?? { do: 'skip' };
  const judged = verdict(s, f);
  if (judged) return judged;
  if (s.promoteNow) return promoteUnchecked(s, f, now);
  return check(s, f, sceneOf(s, f), now) ?? move(s, f, now);
}

/** A release that is to mend the primary doesn't wait for it. */
function needsPrimary(s: ReleaseState): boolean {
  return !policyOf(s).skipAnalysis && !s.stranded && s.mending !== true;
}

/** Pods must become ready before the release goes on. It is judged meanwhile, but its weight stands. */
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
 * Something keeps the release from going on: a canary that users meet is judged all the same.
 *
 * @returns undefined where no user meets it; the next check where it has passed this one, or none is due
 */
function whileIdle(s: ReleaseState, f: Findings, now: number): Step | undefined {
  const weights = weightsOf(s, f);
  if (f.world.edition === undefined || !hasTraffic(weights) || policyOf(s).skipAnalysis || s.promoteNow)
    return undefined;
  const ended = lapsed(s, seenRevision(s, f), now) ?? verdict(s, f);
  if (ended) return ended;
  // What somebody wants left out is left out when the release goes on.
  const judged = check({ ...s, skipStep: false }, f, sceneOf(s, f), now);
  if (judged) return judged;
  if (s.begun) return { do: 'wait', until: now + intervalMs(s) };
  return s.stranded ? BEGIN : undefined;
}

function isAnalysing(phase: Phase): boolean {
  return phase === 'Progressing' || phase === 'WaitingPromotion';
}

function sceneOf(s: ReleaseState, f: Findings) {
  return { weights: weightsOf(s, f), revision: seenRevision(s, f) };
}

/** Without further analysis, but not without the approvals that the policy demands; until then, checks go on. */
function promoteUnchecked(s: ReleaseState, f: Findings, now: number): Step {
  const closed = passToPromotion(s, weightsOf(s, f), seenRevision(s, f));
  if (closed === undefined) return { do: 'promote' };
  return (s.gate && s.begun ? check(s, f, sceneOf(s, f), now) : undefined) ?? closed;
}

/** The target holds something else than what is analysed. */
function overtaken(s: ReleaseState, f: Findings): Step | undefined {
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

/** Moves a canary that has passed its check: to the next weight, or into the primary. */
function move(s: ReleaseState, f: Findings, now: number): Step {
  const { strategy } = policyOf(s);
  const weights = weightsOf(s, f);
  const next = nextOf(s, f, weights, now);
  const undecided = awaitEvidence(s, f, next, now);
  if (undecided) return undecided;
  const unapproved = passMove(s, next, weights, seenRevision(s, f));
  if (unapproved) return unapproved;
  // Confirmed is what increases traffic, not the copies that come before it.
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

/** @returns what stops at the gate, or undefined where the way is free */
function passGate(s: ReleaseState, f: Findings, gate: Gate, now: number): Step | undefined {
  if (!hasHooks(policyOf(s), gate) || s.approved.includes(gate) || s.promoteNow) return undefined;
  const round = f[gate];
  if (round === undefined) {
    const at = askedAgainAt(s, f, gate);
    return at !== undefined && now < at ? { do: 'wait', until: at } : { do: 'ask', question: gate };
  }
  const denied = failedHook(round);
  return denied && { do: 'closeGate', gate, hook: denied.hook };
}

/** Whatever wakes the release, a gate is asked once an interval; at once where what it guards, or how it is asked, is new. */
function askedAgainAt(s: ReleaseState, f: Findings, gate: Gate): number | undefined {
  const { gate: closed } = s;
  if (closed === undefined || isPolicyGate(closed) || closed.gate !== gate) return undefined;
  if (closed.revision === undefined || !sameRevision(closed.revision, seenRevision(s, f))) return undefined;
  return f.world.policy === undefined && f.analysis === undefined ? closed.askedAgainAt : undefined;
}

/** Something generated is to be put right, in whatever phase; what is to be left alone has been told apart. */
function mustMend({ world }: Findings): boolean {
  return world.leftAlone !== undefined && world.drift.length > 0;
}

/** As looks of earlier versions tell it: the same drift again may be somebody who fights for it. */
function hasNewDrift(s: ReleaseState, f: Findings): boolean {
  if (f.world.leftAlone !== undefined) return false;
  return f.world.drift.some((name) => !s.lastDrift.includes(name));
}
