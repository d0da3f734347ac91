import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities, ShortActivities } from './activities.js';
import { loadQueueOf, noticesQueueOf, rollbackQueueOf } from './contract.js';

/**
 * The activities with the options each of them needs. The summaries label the bars of the timeline in the Temporal UI,
 * which then reads as the story of the release; a proxy is made for each call because the summary belongs to it.
 *
 * The cancellation type is always named: the SDK's own default lets a cancelled writer run on beside the rollback.
 */

/**
 * All activities say every second that they are alive, so that the work of a worker that died is taken up by another
 * after this, not only when the activity's own time is up.
 */
const HEARTBEAT = '5s';

/** Never worth another attempt: a person must mend it, or somebody newer has taken over. */
const FINAL = ['UserError', 'Fenced', 'Bug'];

/**
 * Done by the workflow task itself, which stays within its time: `withinMs` of the call. One attempt: what fails is tried
 * again as an activity of its own. The timeout is for a process that hardly gets to run.
 */
export function here(summary: string): ShortActivities {
  return proxyLocalActivities<ShortActivities>({
    summary,
    startToCloseTimeout: '4s',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { maximumAttempts: 1 },
  });
}

/** Reads: given up at once when somebody orders something. */
export function look(summary: string): Pick<Activities, 'observe' | 'recall'> {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '2m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '10s',
      maximumAttempts: 5,
      nonRetryableErrorTypes: FINAL,
    },
  });
}

/** Waits as long as it takes, and says every few seconds that it is still there. */
export function wait(summary: string): Pick<Activities, 'awaitReady'> {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '10m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { initialInterval: '1s', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
  });
}

/** What the first piece of work of a run is called. */
export const TAKING = 'take the lease, read the status';

/** Takes the Lease; without it nothing can be done, so it is tried until it works. */
export function take(): Pick<Activities, 'begin'> {
  return proxyActivities<Activities>({
    summary: TAKING,
    startToCloseTimeout: '30s',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '500ms', maximumInterval: '30s', nonRetryableErrorTypes: FINAL },
  });
}

/** Writes. Towards more exposure they give up in the end; towards less they never do. */
export function act(summary: string, exposes: boolean): Pick<Activities, 'apply'> {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '30s',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: '500ms',
      maximumInterval: '10s',
      nonRetryableErrorTypes: FINAL,
      ...(exposes ? { maximumAttempts: 10 } : {}),
    },
  });
}

/** The way back: on a queue of its own, and never given up. */
export function retreat(cluster: string, summary: string): Pick<Activities, 'rollBack'> {
  return proxyActivities<Activities>({
    taskQueue: rollbackQueueOf(cluster),
    summary,
    startToCloseTimeout: '60s',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '200ms', maximumInterval: '30s', nonRetryableErrorTypes: ['Fenced'] },
  });
}

/** Webhooks with retries of their own. */
export function notify(summary: string): Pick<Activities, 'callHooks'> {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '30m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', maximumInterval: '30s', nonRetryableErrorTypes: FINAL },
  });
}

/** Alerts and events for the outside: what its attempts come to is a result, so it only fails with its worker. */
export function deliver(cluster: string, summary: string): Pick<Activities, 'deliver'> {
  return proxyActivities<Activities>({
    taskQueue: noticesQueueOf(cluster),
    summary,
    startToCloseTimeout: '15m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', maximumInterval: '30s', nonRetryableErrorTypes: FINAL },
  });
}

/** Tried until it works: what isn't archived is lost when Temporal forgets it. Nobody waits for it. */
export function archivist(cluster: string, summary: string): Pick<Activities, 'archive'> {
  return proxyActivities<Activities>({
    taskQueue: noticesQueueOf(cluster),
    summary,
    startToCloseTimeout: '5m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
  });
}

export function load(cluster: string, summary: string): Pick<Activities, 'loadTest'> {
  return proxyActivities<Activities>({
    taskQueue: loadQueueOf(cluster),
    summary,
    startToCloseTimeout: '70m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 3, nonRetryableErrorTypes: FINAL },
  });
}

/**
 * After a promotion: what can't be looked at now is looked at later. Nobody waits for it, and nothing is undone because
 * it fails.
 */
export function overseer(summary: string): Pick<Activities, 'oversee' | 'announce' | 'undo'> {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '2m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', nonRetryableErrorTypes: FINAL },
  });
}

export function sweeper(): Pick<Activities, 'sweep'> {
  return proxyActivities<Activities>({
    summary: 'look for releases nobody looks after',
    startToCloseTimeout: '5m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { maximumAttempts: 3 },
  });
}
