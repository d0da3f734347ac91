import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities, ShortActivities } from './activities.js';
import { loadQueueOf, noticesQueueOf, rollbackQueueOf } from './contract.js';

/**
 * Activity proxies with the options that each needs. Summaries label the bars of the timeline in the Temporal UI, which
 * then reads as the story of the release; each call gets its own proxy because the summary belongs to it.
 *
 * Each names its cancellation type: with the SDK's default a cancelled writer would run on beside the rollback.
 */

/**
 * All activities send heartbeats every second, so that after this time another worker takes over the work of a dead
 * one, long before the activity's own timeout.
 */
const HEARTBEAT = '5s';

/** Never worth another attempt: a user must fix it, or a newer run has taken over. */
const FINAL = ['UserError', 'Fenced', 'Bug'];

/**
 * Runs within the workflow task and respects the call's own limit, `withinMs`. One attempt: a failure is retried as an
 * ordinary activity. The timeout is for a process that hardly gets CPU time.
 */
export function here(summary: string): ShortActivities {
  return proxyLocalActivities<ShortActivities>({
    summary,
    startToCloseTimeout: '4s',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { maximumAttempts: 1 },
  });
}

/** Reads: cancelled at once when a person orders something. */
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

/** Waits as long as it takes, with a heartbeat every few seconds. */
export function wait(summary: string): Pick<Activities, 'awaitReady'> {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '10m',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { initialInterval: '1s', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
  });
}

/** Summary of a run's first activity. */
export const TAKING = 'take the lease, read the status';

/** Takes the Lease; nothing works without it, so it is retried until it succeeds. */
export function take(): Pick<Activities, 'begin'> {
  return proxyActivities<Activities>({
    summary: TAKING,
    startToCloseTimeout: '30s',
    heartbeatTimeout: HEARTBEAT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '500ms', maximumInterval: '30s', nonRetryableErrorTypes: FINAL },
  });
}

/** Writes. Those that expose more users give up in the end; those that expose fewer never do. */
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

/** Rollbacks: on a queue of their own, and retried without limit. */
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

/**
 * Alerts and events for recipients outside: failed attempts are part of the result, so it only fails with its worker.
 */
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

/**
 * Retried until it succeeds: without the archive a release is lost when Temporal's retention ends. Nothing waits for
 * it.
 */
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
 * After a promotion: an observation that fails is repeated later. Nothing waits for it, and its failure undoes nothing.
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
