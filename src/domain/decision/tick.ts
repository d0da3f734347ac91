import { analysing, isAnalysing, overtaken, whileIdle } from './analysing.js';
import { passGate } from '../approvals/hook-gates.js';
import { lapsed, passPolicy, withheld } from '../approvals/policy-gates.js';
import type { Findings } from '../findings.js';
import { outageAfter, readinessOf, unreadyAfter } from './patience.js';
import { isActive } from '../phases.js';
import { awaitPrimary, whereStranded } from './rescue.js';
import type { Undoing } from '../orders/intents.js';
import type { ReleaseState } from '../state.js';
import { policyOf, stuckUntil } from '../state.js';
import { compareWithWorld, hasNewDrift, seenRevision, weightsOf } from './seen.js';
import { finalising, growFirst, promoting, retreatIfOvertaken } from './promotion.js';
import type { Step } from './step.js';

/**
 * Decides the one next thing to do, from a release's state and the findings about the world.
 *
 * The order of the questions is Flagger's (its reconcile loop), except that nothing waits for a later tick when it can
 * be done now. Pure and total: the workflow, the `observe` activity and the tests call the same function.
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
  // A release under way continues with the last valid spec; it only reports that the new one is invalid.
  if (world.refusal && !isActive(s.phase)) return { do: 'refuse', refusal: world.refusal };
  if (policy === undefined) return { do: 'report', problem: world.problem ?? 'the Canary could not be read' };
  if (policy.suspend && !s.undoing) return { do: 'suspend' };
  // All that the release is about to do needs the objects that carry traffic; repairing them is no step of the release.
  if (mustMend(findings)) return { do: 'reconcile' };
  if (s.undoing) return undoing(s, s.undoing, findings, now);
  const known = { ...s, policy };
  if (world.problem !== undefined) return stuck(known, findings, world.problem, now);
  return s.paused ? whilePaused(known, findings) : inPhase(known, findings, now);
}

/** Reports what a user must fix, until the progress deadline has passed. Users on the canary can't wait so long. */
function stuck(s: ReleaseState, f: Findings, problem: string, now: number): Step {
  if (now >= (stuckUntil(s) ?? Infinity)) return { do: 'rollBack', why: { kind: 'not-ready', reason: problem } };
  const judged = isAnalysing(s.phase) && !s.paused ? whileIdle(s, f, now) : undefined;
  const refused = f.world.foreign ? { refused: true as const } : {};
  if (judged === undefined) return { do: 'report', problem, ...refused };
  return judged.do === 'wait' ? { do: 'report', problem, until: judged.until, ...refused } : judged;
}

/** Users get the former version as soon as one pod runs it; the rest follows. */
function undoing(s: ReleaseState, { stage, diverted }: Undoing, f: Findings, now: number): Step {
  switch (stage) {
    case 'divert':
      return { do: f.world.previous?.ready ? 'divert' : 'restorePrimary' };
    case 'restore':
      return { do: 'restorePrimary' };
    case 'home': {
      const primary = readinessOf(s, f.world, 'primary', now);
      if (primary.ready) return growFirst(s, f) ?? { do: 'comeHome' };
      // Where users have the former version anyway, the release of a fix must not wait for the primary that it fixes.
      const isGivenUp = !primary.retriable && diverted !== true && now >= (stuckUntil(s) ?? Infinity);
      return isGivenUp
        ? { do: 'comeHome', unready: primary.reason }
        : { do: 'awaitReady', of: 'primary', readiness: primary };
    }
  }
}

/** A pause keeps traffic where it is, but never on pods that were not analysed, nor on a target that is gone. */
function whilePaused(s: ReleaseState, f: Findings): Step {
  switch (s.phase) {
    case 'Progressing':
    case 'WaitingPromotion':
      return whereGone(f) ?? overtaken(s, f) ?? { do: 'stay' };
    case 'Promoting':
      return retreatIfOvertaken(s, f, weightsOf(s, f)) ?? { do: 'stay' };
    default:
      return { do: 'stay' };
  }
}

/** Requests to a target that doesn't exist any more get no answer, however long the pause is meant to last. */
function whereGone({ world: { canary } }: Findings): Step | undefined {
  if (canary.ready || !canary.gone) return undefined;
  return { do: 'rollBack', why: { kind: 'not-ready', reason: canary.reason } };
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

/** The Canary is being deleted: the target gets its pods and its traffic back first. */
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
  // The target keeps serving until the primary can: a failed initialisation changes nothing for users.
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
  // A new revision waits for a primary that isn't ready, unless the revision may be the fix.
  const wait = awaitPrimary(s, f, now);
  if (wait) return wait;
  const revision = seenRevision(s, f);
  const gate = lapsed(s, revision, now) ?? passPolicy(s, 'rollout', revision) ?? passGate(s, f, 'confirm-rollout', now);
  if (gate) return gate;
  return { do: 'start', weight: s.stranded ? 100 : 0 };
}

/** Generated objects must be corrected, in whatever phase; drift to leave alone has been sorted out before. */
function mustMend({ world }: Findings): boolean {
  return world.leftAlone !== undefined && world.drift.length > 0;
}
