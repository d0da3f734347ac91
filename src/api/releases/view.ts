import { possibleUnderWay } from '../../domain/orders/possible.js';
import { verdictOf } from '../../domain/narrative/verdict.js';
import { versionsOf } from '../../domain/narrative/versions.js';
import type { ReleaseArtifacts } from '../../domain/record/artifacts.js';
import type { RunState } from '../../domain/state.js';
import type { Outcome, RunView } from '../../workflows/contract.js';
import type { OpenRelease, Release, ReleaseSummary } from '../schema/release.js';
import { courseOfState, courseView } from './course.js';
import { gateOf } from './course.js';
import { formatReleaseId } from './id.js';
import { lineOf } from './record-line.js';
import type { Run } from './run.js';
import { stepsOf } from './steering.js';

type RunAnswer = RunView | { readonly unavailable: string };

/** Ends of a run that cut its release off. */
const CUT_OFF: readonly Run['status'][] = ['failed', 'cancelled', 'terminated', 'timed-out'];

/** The outcome of a run's release; undefined only while it is under way, or where it was never recorded. */
function outcomeIn({ status, outcome }: Run): string | undefined {
  // A run that has just continued from another release still has the outcome of that one.
  if (status === 'running') return undefined;
  return outcome ?? (CUT_OFF.includes(status) ? 'died' : undefined);
}

/** A line of the history. */
export function summaryOf(run: Run): ReleaseSummary {
  const outcome = outcomeIn(run);
  return {
    ...knownOf(run),
    run: run.status,
    ...(outcome === undefined ? {} : { outcome }),
    startedAt: run.startedAt.toISOString(),
    ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt.toISOString() }),
  };
}

/** The open run of a Canary in short, from Temporal and, if one answers, a worker. */
export function openReleaseOf(run: Run, answer: RunAnswer): OpenRelease {
  if ('unavailable' in answer) return { ...knownOf(run), unavailable: answer.unavailable };
  const { state, waitsFor } = answer;
  return {
    ...knownOf(run),
    waitsFor,
    ...(state === undefined ? {} : fromState(state, formatReleaseId(run.canary, run.runId))),
  };
}

/**
 * All that is known of a release.
 *
 * @param outcome the result of the run, if it has one: it replaces a worker that doesn't answer
 */
export function releaseOf(run: Run, answer: RunAnswer, outcome: Outcome | undefined): Release {
  const base = {
    ...summaryOf(run),
    canary: { namespace: run.canary.namespace, name: run.canary.name },
    ended: run.status !== 'running',
    record: [],
    recordDropped: 0,
  };
  if (!('unavailable' in answer))
    return { ...base, waitsFor: answer.waitsFor, ...(answer.state ? ofState(answer.state, base.id) : {}) };
  if (outcome) return { ...base, ...ofOutcome(outcome) };
  return { ...base, unavailable: answer.unavailable };
}

function ofState(state: RunState, id: string) {
  const { record, ...rest } = state;
  const course = courseOfState(state);
  return {
    ...fromState(state, id),
    ...(state.ending === undefined
      ? {}
      : {
          outcome: state.ending.kind,
          reason: state.ending.reason,
          verdict: verdictOf({ ...state, outcome: state.ending.kind, reason: state.ending.reason }),
        }),
    ...shippedBy(state.shipment),
    cause: { ...state.cause },
    promotedRevision: state.promoted,
    ...(course === undefined ? {} : { course }),
    record: record.map(lineOf),
    recordDropped: state.recordDropped,
    state: rest,
  };
}

function ofOutcome(outcome: Outcome) {
  return {
    phase: outcome.phase,
    weight: outcome.weight,
    failedChecks: outcome.failedChecks,
    outcome: outcome.ending.kind,
    reason: outcome.ending.reason,
    verdict: verdictOf({ ...outcome, outcome: outcome.ending.kind, reason: outcome.ending.reason }),
    ...shippedBy(outcome.shipment),
    ...(outcome.revision === undefined ? {} : { revision: outcome.revision.hash }),
    cause: { ...outcome.cause },
    promotedRevision: outcome.promoted,
    ...(outcome.course === undefined ? {} : { course: courseView(outcome.course) }),
    record: outcome.record.map(lineOf),
    recordDropped: outcome.recordDropped,
  };
}

/** The versions as far as they are known before the release is archived. */
function shippedBy(shipment: ReleaseArtifacts | undefined): Pick<Release, 'versions'> {
  return shipment === undefined ? {} : { versions: versionsOf(shipment.images.before, shipment.images.after) };
}

function knownOf(run: Run) {
  return {
    id: formatReleaseId(run.canary, run.runId),
    phase: run.phase === 'New' ? '' : run.phase,
    weight: run.weight,
    ...(run.revision === undefined ? {} : { revision: run.revision }),
    triggeredBy: run.triggeredBy,
  };
}

function fromState(state: RunState, id: string) {
  const last = state.record.findLast((entry) => entry.what === 'analysis');
  const gate = gateOf(state);
  return {
    phase: state.phase,
    weight: state.weight,
    failedChecks: state.failedChecks,
    triggeredBy: state.cause.by,
    ...(state.applied === undefined ? {} : { revision: state.applied.hash }),
    ...(gate === undefined ? {} : { gate }),
    ...(state.paused === undefined ? {} : { paused: { ...state.paused, since: iso(state.paused.since) } }),
    ...(state.problem === undefined ? {} : { problem: state.problem.text }),
    ...(last === undefined ? {} : { lastAnalysis: lineOf(last) }),
    steering: stepsOf(possibleUnderWay(state), id),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
