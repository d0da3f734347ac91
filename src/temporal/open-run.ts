import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { CanaryKey } from '../domain/identity.js';
import { workflowIdOf } from '../workflows/contract.js';

/** Attempts of a workflow task after which it is no longer chance that it fails. */
const ATTEMPTS = 3;
/** Before the second look at a workflow task that nobody has taken up: workers may just have come back. */
const ONCE_MORE_MS = 10_000;

/** @returns undefined where the Canary has no open run */
export async function openRun(client: Client, canary: CanaryKey): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const description = await client.workflow.getHandle(workflowIdOf(canary)).describe();
    return description.status.name === 'RUNNING' ? description : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Whether a run that has been silent is stuck, which only a workflow task tells that nobody gets done: it fails each time,
 * or no worker takes it up. One that waits for its time, for an order or for an activity waits, however long.
 */
export async function standsStill(
  client: Client,
  canary: CanaryKey,
  run: WorkflowExecutionDescription,
  onceMoreMs = ONCE_MORE_MS,
): Promise<boolean> {
  const before = taskOf(run);
  if (!before) return false;
  if (before.attempt >= ATTEMPTS) return true;
  await sleep(onceMoreMs);
  const again = await openRun(client, canary);
  const after = again && taskOf(again);
  return again?.runId === run.runId && after !== undefined && after.scheduled === before.scheduled;
}

function taskOf({ raw }: WorkflowExecutionDescription): { attempt: number; scheduled: string } | undefined {
  const { pendingWorkflowTask: task } = raw;
  if (!task) return undefined;
  const { seconds, nanos } = task.originalScheduledTime ?? task.scheduledTime ?? {};
  return { attempt: task.attempt ?? 0, scheduled: `${String(seconds ?? 0)}.${nanos ?? 0}` };
}
