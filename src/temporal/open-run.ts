import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { CanaryKey } from '../domain/identity.js';
import { isFailing } from '../domain/silence/silent-run.js';
import { ROLLOUT, searchAttributes as attributes, workflowIdOf } from '../workflows/contract.js';

/** A task that was ready so much earlier than another one that is done was not merely queued behind it. */
const PASSED_OVER_MS = 120_000;

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

/** Ids of the open workflows of a cluster's Canaries, from one list; it may be some seconds old. */
export async function openRuns(client: Client, cluster: string): Promise<ReadonlySet<string>> {
  const open = new Set<string>();
  const query = `WorkflowType = '${ROLLOUT}' AND ${attributes.cluster.name} = '${cluster}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) open.add(workflowId);
  return open;
}

/**
 * Whether a silent run is stuck. Only a workflow task that doesn't complete shows that: it fails each time, or workers
 * take later tasks and not this one. A run that waits for a timer, an order or an activity just waits, however long; so
 * does one whose turn has not come.
 *
 * @param served when a task was ready that a worker has completed, milliseconds since 1970 by Temporal's clock
 * @param isOneOfMany most runs are just as silent
 */
export function standsStill(run: WorkflowExecutionDescription, served: number, isOneOfMany: boolean): boolean {
  const { pendingWorkflowTask: task } = run.raw;
  if (!task) return false;
  if (isFailing(task.attempt ?? 0, isOneOfMany)) return true;
  const { seconds, nanos } = task.originalScheduledTime ?? task.scheduledTime ?? {};
  const readyAt = Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6;
  return !isOneOfMany && readyAt > 0 && served - readyAt >= PASSED_OVER_MS;
}
