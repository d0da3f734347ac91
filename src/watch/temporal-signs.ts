import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CanaryKey } from '../domain/identity.js';
import type { RunSigns } from '../domain/silence/silent-run.js';
import { taskQueueOf, workflowIdOf } from '../workflows/contract.js';
import type { Artery } from './pulse.js';

/** The dead-man's switch's questions to Temporal. */
export interface TemporalSigns extends Artery {
  /** @returns undefined where no answer came in time, or too many runs are being asked about */
  readonly run: (canary: CanaryKey) => Promise<RunSigns | undefined>;
}

/** Longer than an overloaded server takes; whether there is any answer is what counts. */
const ANSWER_MS = 15_000;
/** Runs that are asked about at the same time: however many are silent, Temporal has other work. */
const RUNS_AT_ONCE = 4;
/** `TaskQueueType` of Temporal's API. */
const [WORKFLOW_QUEUE, ACTIVITY_QUEUE] = [1, 2] as const;
/** A scrape of metrics waits no longer. */
const SCRAPE_MS = 2_000;

/** Tasks of the releases' queue that wait for a worker, and how long the oldest has. */
export async function waitingTasks(client: Client, cluster: string) {
  const of = async (taskQueueType: typeof WORKFLOW_QUEUE | typeof ACTIVITY_QUEUE) => {
    const { namespace } = client.options;
    const request = { namespace, taskQueue: { name: taskQueueOf(cluster) }, taskQueueType, reportStats: true };
    const { stats } = await client.withDeadline(Date.now() + SCRAPE_MS, () =>
      client.workflowService.describeTaskQueue(request),
    );
    const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
    return {
      count: Number(stats?.approximateBacklogCount ?? 0),
      seconds: Number(seconds ?? 0) + (nanos ?? 0) / 1e9,
    };
  };
  const [workflow, activity] = await Promise.all([of(WORKFLOW_QUEUE), of(ACTIVITY_QUEUE)]);
  return { workflow, activity };
}

/** @param isConnected whether there is a connection to Temporal now */
export function temporalSigns(client: Client, cluster: string, isConnected: () => boolean): TemporalSigns {
  let asked = 0;
  const inTime = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + ANSWER_MS, ask);
  return {
    isConnected,
    ask: async () => {
      const { namespace } = client.options;
      const taskQueue = { name: taskQueueOf(cluster) };
      const { pollers } = await inTime(() =>
        client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: WORKFLOW_QUEUE }),
      );
      return (pollers ?? [])
        .map(({ identity, lastAccessTime: at }) => `${identity} ${String(at?.seconds)}.${at?.nanos ?? 0}`)
        .sort()
        .join('\n');
    },
    run: async (canary) => {
      if (asked >= RUNS_AT_ONCE) return undefined;
      asked += 1;
      try {
        const { status, raw } = await inTime(() => client.workflow.getHandle(workflowIdOf(canary)).describe());
        const attempts = [raw.pendingWorkflowTask, ...(raw.pendingActivities ?? [])].map((one) => one?.attempt ?? 0);
        return { open: status.name === 'RUNNING', attempt: Math.max(0, ...attempts) };
      } catch (error) {
        return error instanceof WorkflowNotFoundError ? { open: false, attempt: 0 } : undefined;
      } finally {
        asked -= 1;
      }
    },
  };
}
