import { setTimeout } from 'node:timers/promises';
import type { CanaryView } from '../../canary/read.js';
import type { Canary } from '../../crds/canary.js';
import type { CanaryStatus } from '../../crds/types.js';
import { isActive, isResting, PHASES, type Phase } from '../../domain/phases.js';
import { compareRevisions, type KnownRevisions, type SeenRevision } from '../../domain/revision.js';
import { Problem } from '../problems/problem.js';
import { formatReleaseId } from '../releases/id.js';
import type { Run } from '../releases/run.js';
import { isTerminating } from '../../kube/terminating.js';

/** Changes that a run releases, or finds nothing to release for. */
const RELEASE_KINDS: readonly string[] = ['target', 'config', 'request', 'order'];

/** @throws Problem where this Canary can't be released, whatever is under way */
export function refuseUnfit(view: CanaryView): Canary {
  const { object, refusal, canary } = view;
  const name = `${object.metadata.name}.${object.metadata.namespace ?? ''}`;
  if (isTerminating(object)) {
    throw new Problem('canary-deleting', `${name} is being deleted`);
  }
  if (refusal || !canary) {
    const { field = 'spec', value = '', remedy = 'mend the spec' } = refusal ?? {};
    throw new Problem('canary-invalid', `${name}: ${field}: ${value} is not valid, ${remedy}`, {
      remedy: `mend ${field} of the Canary first: ${remedy}`,
    });
  }
  if (canary.suspend) {
    throw new Problem('canary-suspended', `${name} is suspended: nothing is released`, {
      remedy: 'set spec.suspend of the Canary to false first',
    });
  }
  if (canary.targetRef.kind === 'Service') {
    throw new Problem('target-missing', "the API can't change targets of kind Service: they have no images", {
      remedy: 'change the Service itself; that is released, too',
    });
  }
  return canary;
}

/**
 * A release that is under way, or about to be, according to Temporal and the Canary's status.
 *
 * @param latest the newest run of the Canary
 */
function underWay(canary: Canary, latest: Run | undefined): Problem | undefined {
  const { status } = canary;
  const open = latest?.status === 'running' && latest.outcome === undefined ? latest : undefined;
  const phase = (open && phaseOf(open)) ?? status.phase;
  const releases = open !== undefined && open.kind !== undefined && RELEASE_KINDS.includes(open.kind);
  const initialises = open !== undefined && !isResting(phase);
  if (!isActive(phase) && !releases && !initialises) return undefined;
  const release = {
    ...(open === undefined ? {} : { id: formatReleaseId(open.canary, open.runId) }),
    revision: open?.revision ?? status.lastAppliedSpec,
    phase,
    weight: open?.weight ?? status.canaryWeight,
  };
  const where = `revision ${release.revision || 'not known yet'}, phase ${phase || 'not known yet'}, weight ${release.weight}`;
  return busy(canary, `a release of ${nameOf(canary)} is under way (${where})`, release);
}

/** Between two reads of the newest run, milliseconds. */
const PAUSE_MS = 200;

/**
 * The same, after waiting until the Canary's status was at rest: a run's phase reaches Temporal a moment after the
 * status, and no request is refused because of that moment.
 *
 * @param latest reads the newest run of the Canary
 * @param patienceMs how long the two may disagree
 */
export async function lastingObstacle(
  canary: Canary,
  latest: () => Promise<Run | undefined>,
  patienceMs: number,
): Promise<Problem | undefined> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const obstacle = underWay(canary, await latest());
    if (!obstacle || !isResting(canary.status.phase) || Date.now() >= deadline) return obstacle;
    await setTimeout(PAUSE_MS);
  }
}

/** Somebody has just changed the target; the watch is about to start its release. */
export function aboutToBegin(canary: Canary, seen: SeenRevision): Problem | undefined {
  if (compareRevisions(knownOf(canary.status), seen) !== 'new') return undefined;
  const release = { revision: seen.revision.hash, phase: canary.status.phase, weight: canary.status.canaryWeight };
  const what = `the target of ${nameOf(canary)} holds a revision that has not been released yet (${release.revision})`;
  return busy(canary, `${what}, its release is about to begin`, release);
}

/** The request has changed nothing: is there something to release all the same? */
export function nothingToRelease(canary: Canary, seen: SeenRevision): Problem | undefined {
  const { status } = canary;
  const compared = compareRevisions(knownOf(status), seen);
  if (compared === 'new') return undefined;
  const { hash } = seen.revision;
  if (compared === 'same' && status.phase === 'Failed' && !seen.sameAsPrimary) {
    return new Problem('nothing-to-release', `the target already holds revision ${hash}, whose release has failed`, {
      remedy: 'to try the same again, change an annotation of the pod template with "patch", or release another image',
    });
  }
  return new Problem(
    'nothing-to-release',
    `the target already holds exactly this (revision ${hash}), and it is promoted`,
  );
}

function busy(canary: Canary, what: string, release: Record<string, unknown>): Problem {
  const remedy =
    'wait for it, abort it, or send "ifUnderWay": "restart": the analysis then starts anew with the new revision, as it does after kubectl set image';
  return new Problem(
    'release-under-way',
    `${what}; this request was refused, and ${canary.targetRef.name} was not changed`,
    {
      field: 'ifUnderWay',
      value: 'refuse',
      remedy,
      release,
    },
  );
}

function phaseOf(run: Run): Phase | undefined {
  return PHASES.find((phase) => phase === run.phase);
}

function knownOf(status: CanaryStatus): KnownRevisions {
  const { lastAppliedSpec: hash, trackedConfigs: configs, lastPromotedSpec: promoted } = status;
  return { applied: hash === '' ? undefined : { hash, configs }, promoted };
}

function nameOf(canary: Canary): string {
  return `${canary.name}.${canary.namespace}`;
}
