import { approvalsDigest } from '../crds/approvals.js';
import { parseStatus } from '../crds/status.js';
import type { Observation } from '../domain/change.js';
import type { CanaryKey } from '../domain/identity.js';
import type { SeenRevision } from '../domain/revision.js';
import { isActive } from '../domain/phases.js';
import { UserError } from '../errors.js';
import { goesWithAll, isTerminating } from '../kube/terminating.js';
import type { LeaseView } from '../kubernetes/lease-object.js';
import type { TargetView } from '../workloads/port.js';
import { readCanary, canaryContext, type CanaryView, type CanaryContext } from './read.js';
import type { Working } from './reading.js';
import { hasFinalizer } from './generated.js';
import { repairsIn } from './mend.js';
import { namesOf, survey } from './survey.js';
import { isDiverted } from './warm.js';

export interface FullObservation extends Observation {
  readonly lease: LeaseView | undefined;
}

/**
 * What informer caches show of a Canary, for deciding whether it needs a run.
 *
 * @returns undefined where it is gone, or under deletion and without our finalizer
 */
export async function readObservation(deps: Working, key: CanaryKey): Promise<FullObservation | undefined> {
  const view = await readCanary(deps, key);
  if (!view) return undefined;
  const { object, lease } = view;
  const status = parseStatus(object['status']);
  const deleting = isTerminating(object);
  // Another finalizer may keep it for long: it needs no run again and again meanwhile.
  const isAway = isActive(status.phase) && status.canaryWeight > 0 && !goesWithAll(object);
  if (deleting && !hasFinalizer(object) && !isAway) return undefined;
  const { seen, drift } = await lookAtTarget(deps, view);
  return {
    phase: status.phase,
    suspended: view.canary?.suspend ?? false,
    refused: view.refusal !== undefined,
    deleting: deleting && hasFinalizer(object),
    generation: object.metadata.generation ?? 0,
    observedGeneration: lease?.observedGeneration ?? 0,
    approvals: approvalsDigest(object),
    observedApprovals: lease?.observedApprovals ?? '',
    underWay: lease !== undefined && lease.holder !== '',
    applied:
      status.lastAppliedSpec === '' ? undefined : { hash: status.lastAppliedSpec, configs: status.trackedConfigs },
    promoted: status.lastPromotedSpec,
    seen,
    drift,
    lease,
  };
}

async function lookAtTarget(
  deps: Working,
  view: CanaryView,
): Promise<{ seen: SeenRevision | undefined; drift: readonly string[] }> {
  if (!view.canary || view.refusal) return { seen: undefined, drift: [] };
  try {
    const context = canaryContext(deps, view);
    const target = await context.workload.look(context.canary);
    return { seen: target, drift: await driftIn(deps, view, context, target) };
  } catch (error) {
    // Something that a user must fix: the open run reports it, and another run wouldn't help.
    if (error instanceof UserError) return { seen: undefined, drift: [] };
    throw error;
  }
}

/** Drift that another controller fights for, or that can't be corrected for now, needs no run. */
async function driftIn(
  deps: Working,
  view: CanaryView,
  context: CanaryContext,
  { pods, built }: TargetView,
): Promise<readonly string[]> {
  const { phase, lastPromotedSpec } = context.canary.status;
  const unserved = lastPromotedSpec === '';
  // Before a Canary is initialised most generated objects don't exist yet, and their absence is no drift.
  if (unserved && (phase !== 'Initializing' || !built)) return [];
  const diverted = await isDiverted(deps.cache, context);
  const at = { pods, diverted, unserved, repairs: repairsIn(view), now: deps.now() };
  const { strays, problem } = await survey(deps.cache, context, at);
  if (problem !== undefined && strays.length === 0) throw new UserError(problem);
  return namesOf(strays);
}
