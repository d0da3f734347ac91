import type { Client } from '@temporalio/client';
import { needOf } from '../domain/change.js';
import { isResting } from '../domain/phases.js';
import type { CanaryKey } from '../domain/identity.js';
import { FencedError, messageOf } from '../errors.js';
import type { LeaseView } from '../kubernetes/lease-object.js';
import { CANARIES } from '../kube/object.js';
import { workflowIdOf, type SubmitVerdict } from '../workflows/contract.js';
import type { SweepReport } from '../workflows/activities.js';
import { dropBaseline } from '../canary/baseline/baseline.js';
import { readCanary, canaryContext } from '../canary/read.js';
import type { DeadRuns } from '../archive/release/dead-runs.js';
import type { Dependencies } from '../dependencies.js';
import { vacancyOf } from '../canary/lease-guard.js';
import { readObservation, type FullObservation } from '../canary/observation.js';
import { openRun, openRuns, standsStill } from '../temporal/open-run.js';
import { changeId } from '../temporal/submissions.js';

/** What a round of the janitor needs. */
export interface Round {
  readonly client: Client;
  readonly dead: DeadRuns;
  /** When the round was scheduled, milliseconds since 1970 by Temporal's clock; the worker took it later. */
  readonly askedAt: number;
}

/** Canaries that are processed at the same time. */
const AT_ONCE = 8;

/**
 * The janitor's round, over informer caches and one list of open workflows. A release whose run was terminated or timed
 * out is passed to a new run, which rolls it back. A run that is open, silent and stuck is terminated, and its release
 * passed on, too. A change that no watch process has reported is reported. Releases whose runs were terminated are
 * archived. A failure with one Canary doesn't affect the others.
 */
export async function sweep(deps: Dependencies, round: Round): Promise<SweepReport> {
  const store = await deps.cache.synced(CANARIES);
  const report = { looked: 0, recovered: [] as string[], resubmitted: [] as string[], stuck: [] as string[] };
  const canaries = store.list(deps.settings.namespace).map(({ metadata }): CanaryKey => ({
    cluster: deps.settings.clusterName,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  }));
  const site = await siteOf(deps, round, canaries);
  const rest = [...canaries];
  const work = async (): Promise<void> => {
    for (let canary = rest.shift(); canary; canary = rest.shift()) {
      report.looked += 1;
      const found = await lookAt(deps, site, canary);
      if (found) report[found].push(`${canary.namespace}/${canary.name}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { ...report, archived: await round.dead.offload() };
}

/** What is known at the start of a round. */
interface Site extends Round {
  /** Ids of open workflows; it may lack one that has just begun. */
  readonly open: ReadonlySet<string>;
  /** Most runs are silent: all are slow then, and none is stuck. */
  readonly isSlow: boolean;
}

async function siteOf(deps: Dependencies, round: Round, canaries: readonly CanaryKey[]): Promise<Site> {
  const views = await Promise.all(canaries.map(({ namespace, name }) => deps.leases.view(namespace, name)));
  const held = views.filter((lease) => lease !== undefined && lease.holder !== '' && !lease.held);
  const silent = held.filter((lease) => lease !== undefined && isSilent(deps, lease));
  const isSlow = silent.length > 1 && silent.length * 2 > held.length;
  const isAnyHeld = views.some((lease) => lease !== undefined && lease.holder !== '');
  const open = isAnyHeld ? await openRuns(round.client, deps.settings.clusterName) : new Set<string>();
  return { ...round, open, isSlow };
}

/** Its Lease expired more than a whole term ago. */
function isSilent(deps: Dependencies, { expiresAt, durationMs }: LeaseView): boolean {
  return deps.now() - expiresAt >= durationMs;
}

/** A change that still isn't handled is reported again after this. */
const ANEW_MS = 60_000;

async function lookAt(
  deps: Dependencies,
  site: Site,
  canary: CanaryKey,
): Promise<'recovered' | 'resubmitted' | 'stuck' | undefined> {
  try {
    await dropExpired(deps, canary);
    return await lookAfter(deps, site, canary);
  } catch (error) {
    // A run has just taken the Canary over.
    if (!(error instanceof FencedError))
      deps.log.error({ canary: `${canary.name}.${canary.namespace}` }, `the janitor can't look: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * Deletes pods that were kept for an undo when their time is over, and a baseline that the dead-man's switch has
 * stopped when the release has ended, unless a run is at work on the Canary.
 */
async function dropExpired(deps: Dependencies, key: CanaryKey): Promise<void> {
  const view = await readCanary(deps, key);
  if (!view?.canary || view.lease?.holder) return;
  const context = canaryContext(deps, view);
  const { canary, workload } = context;
  const expiry = await workload.warm?.expiry(canary);
  if (expiry !== undefined && expiry <= deps.now()) await workload.warm?.drop(canary, vacancyOf(deps, key, view));
  if (isResting(canary.status.phase) && (await workload.baseline?.find(canary)))
    await dropBaseline(deps.cache, context, vacancyOf(deps, key, view));
}

async function lookAfter(
  deps: Dependencies,
  site: Site,
  canary: CanaryKey,
): Promise<'recovered' | 'resubmitted' | 'stuck' | undefined> {
  const observation = await readObservation(deps, canary);
  if (!observation) return undefined;
  const { lease } = observation;
  if (!lease?.holder) return report(deps, canary, observation);
  const isSuspect = !lease.held && isSilent(deps, lease);
  // The list shows for all of them which have a run; only those without one, or with a silent one, need a closer check.
  if (site.open.has(workflowIdOf(canary)) && !isSuspect) return undefined;
  const { client } = site;
  const run = await openRun(client, canary);
  if (!run) {
    // A run releases its Lease before it ends: the cache may lag behind.
    const now = await deps.leases.fresh(canary.namespace, canary.name);
    return now?.holder === lease.holder ? recover(deps, canary, observation.phase, lease.fence.epoch) : undefined;
  }
  const silentFor = deps.now() - lease.expiresAt;
  if (!isSuspect || !standsStill(run, site.askedAt, site.isSlow)) return undefined;
  // The run may have continued meanwhile.
  const now = await deps.leases.fresh(canary.namespace, canary.name);
  if (now?.holder !== lease.holder || now.expiresAt !== lease.expiresAt) return undefined;
  deps.log.error(
    { canary: `${canary.name}.${canary.namespace}` },
    `its workflow has been silent for ${Math.round(silentFor / 1000)} s: it is ended and rolled back`,
  );
  const handle = client.workflow.getHandle(workflowIdOf(canary), run.runId);
  await handle.terminate('silent for too long: handed over to a new run, which rolls back');
  await recover(deps, canary, observation.phase, lease.fence.epoch);
  return 'stuck';
}

/** The run that held the Lease is dead. */
async function recover(deps: Dependencies, canary: CanaryKey, phase: string, epoch: number): Promise<'recovered'> {
  const reason = `its run ended in phase ${phase || 'new'} without finishing`;
  await deps.submissions.submit(
    canary,
    { id: changeId('recover', canary, epoch), kind: 'recover', by: 'janitor', reason },
    { summary: `${canary.name}.${canary.namespace}: recover` },
  );
  return 'recovered';
}

/** No run holds the Canary: is there a change that no watch process has reported? */
async function report(
  deps: Dependencies,
  canary: CanaryKey,
  observation: FullObservation,
): Promise<'resubmitted' | undefined> {
  const kind = needOf(observation);
  if (kind === undefined) return undefined;
  const revision = observation.seen?.revision;
  // The server accepts an id once, and a run may have ended without handling it: each minute has an id of its own.
  const about = [observation.generation, revision, observation.drift, observation.lease?.fence.epoch];
  const id = changeId(kind, canary, ...about, Math.floor(deps.now() / ANEW_MS));
  const change = { id, kind, by: 'janitor', ...(revision ? { revision: revision.hash } : {}) };
  const answer = await deps.submissions.submit(canary, change);
  return didStart(answer.verdict) ? 'resubmitted' : undefined;
}

function didStart(verdict: SubmitVerdict): boolean {
  return verdict === 'started';
}
