import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { needOf } from '../domain/change.js';
import type { CanaryKey } from '../domain/identity.js';
import { isResting } from '../domain/phases.js';
import { CANARIES } from '../kubernetes/object.js';
import { workflowIdOf, type SubmitVerdict } from '../workflows/contract.js';
import type { SweepReport } from '../workflows/activities.js';
import type { Dependencies } from './dependencies.js';
import { sight } from './sighting.js';
import { changeId } from './submissions.js';

/** Silent terms after which a run that is open, but does nothing, is taken for stuck. */
const PATIENCE_TERMS = 3;

/**
 * The janitor's round, over informer caches: a release whose run was terminated or timed out is handed to a new run,
 * which rolls it back; a run that is open but silent for long is ended and handed over too; a change that nobody has
 * reported is reported.
 */
export async function sweep(deps: Dependencies, client: Client): Promise<SweepReport> {
  const store = await deps.cache.synced(CANARIES);
  const report = { looked: 0, recovered: [] as string[], resubmitted: [] as string[], stuck: [] as string[] };
  for (const object of store.list(deps.settings.namespace)) {
    report.looked += 1;
    const canary: CanaryKey = {
      cluster: deps.settings.clusterName,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
    };
    const found = await lookAfter(deps, client, canary);
    if (found) report[found].push(`${canary.namespace}/${canary.name}`);
  }
  return report;
}

async function lookAfter(
  deps: Dependencies,
  client: Client,
  canary: CanaryKey,
): Promise<'recovered' | 'resubmitted' | 'stuck' | undefined> {
  const sighting = await sight(deps, canary);
  if (!sighting) return undefined;
  const { lease } = sighting;
  const atRest = isResting(sighting.phase) && !lease?.holder;
  if (atRest) return resubmit(deps, canary, sighting);
  const silentFor = lease ? deps.now() - lease.expiresAt : Infinity;
  const suspicious = lease === undefined || lease.holder === '' || lease.held || silentFor > 0;
  if (!suspicious) return undefined;
  const running = await isRunning(client, canary);
  if (!running) return recover(deps, canary, sighting.phase, lease?.fence.epoch);
  if (!lease || lease.held || silentFor < PATIENCE_TERMS * lease.durationMs) return undefined;
  deps.log.error(
    { canary: `${canary.name}.${canary.namespace}` },
    `its workflow has been silent for ${Math.round(silentFor / 1000)} s: it is ended and rolled back`,
  );
  await client.workflow
    .getHandle(workflowIdOf(canary))
    .terminate('silent for too long: handed over to a new run, which rolls back');
  await recover(deps, canary, sighting.phase, lease.fence.epoch);
  return 'stuck';
}

async function recover(
  deps: Dependencies,
  canary: CanaryKey,
  phase: string,
  epoch: number | undefined,
): Promise<'recovered'> {
  const id = changeId('recover', canary, epoch);
  await deps.submissions.submit(
    canary,
    { id, kind: 'recover', by: 'janitor', reason: `its run ended in phase ${phase || 'new'} without finishing` },
    { summary: `${canary.name}.${canary.namespace}: recover` },
  );
  return 'recovered';
}

async function resubmit(
  deps: Dependencies,
  canary: CanaryKey,
  sighting: Parameters<typeof needOf>[0],
): Promise<'resubmitted' | undefined> {
  const kind = needOf(sighting);
  if (kind === undefined) return undefined;
  const revision = sighting.seen?.revision;
  const id = changeId(kind, canary, sighting.generation, revision, sighting.drift);
  const answer = await deps.submissions.submit(canary, {
    id,
    kind,
    by: 'janitor',
    ...(revision ? { revision: revision.hash } : {}),
  });
  return didStart(answer.verdict) ? 'resubmitted' : undefined;
}

function didStart(verdict: SubmitVerdict): boolean {
  return verdict === 'started';
}

async function isRunning(client: Client, canary: CanaryKey): Promise<boolean> {
  try {
    const description: WorkflowExecutionDescription = await client.workflow.getHandle(workflowIdOf(canary)).describe();
    return description.status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
