import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { messageOf } from '../errors.js';
import { JANITOR, janitorScheduleOf, searchAttributes, taskQueueOf } from '../workflows/contract.js';

const INDEXED_TYPE = { KEYWORD: 2, INT: 3 } as const;

/**
 * Creates what the workflows need in a Temporal namespace: search attributes and the janitor's schedule. Skips what
 * exists already, so every worker may call it at its start.
 *
 * @param janitorSeconds the interval of the janitor's rounds
 */
export async function setUpTemporal(client: Client, cluster: string, janitorSeconds: number): Promise<void> {
  await registerSearchAttributes(client);
  await scheduleJanitor(client, cluster, janitorSeconds);
}

async function registerSearchAttributes(client: Client): Promise<void> {
  const { operatorService } = client.connection as unknown as { operatorService: OperatorService };
  const namespace = client.options.namespace;
  const known = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((key) => !(key.name in (known.customAttributes ?? {})));
  if (missing.length === 0) return;
  const wanted = Object.fromEntries(missing.map((key) => [key.name, INDEXED_TYPE[key.type]]));
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  } catch (error) {
    // Another worker was quicker.
    if (!messageOf(error).includes('already exist')) throw error;
  }
}

interface OperatorService {
  listSearchAttributes(request: { namespace: string }): Promise<{ customAttributes?: Record<string, unknown> | null }>;
  addSearchAttributes(request: { namespace: string; searchAttributes: Record<string, number> }): Promise<unknown>;
}

async function scheduleJanitor(client: Client, cluster: string, seconds: number): Promise<void> {
  const scheduleId = janitorScheduleOf(cluster);
  const spec = {
    intervals: [{ every: `${seconds}s` as const }],
    jitter: `${Math.max(1, Math.floor(seconds / 10))}s` as const,
  };
  try {
    await client.schedule.create({
      scheduleId,
      spec,
      policies: { overlap: ScheduleOverlapPolicy.SKIP },
      action: {
        type: 'startWorkflow',
        workflowType: JANITOR,
        workflowId: `janitor/${cluster}/sweep`,
        taskQueue: taskQueueOf(cluster),
        staticSummary: `janitor of ${cluster}: releases nobody looks after`,
      },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((existing) => ({ ...existing, spec }));
  }
}
