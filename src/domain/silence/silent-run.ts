/**
 * What it means that a release's Lease has expired. Silence has several causes, and returning traffic to the primary
 * cures only some of them: a guard that takes slowness for death does the harm that it should prevent.
 */

/** Why a release's Lease was not renewed. */
export type Diagnosis = 'temporal-gone' | 'workers-gone' | 'workers-behind' | 'run-gone' | 'run-stuck';

/** The state of Temporal and its workers, checked once for all releases. */
export interface Pulse {
  /** It answers; it has not answered yet, or too late; it can't be reached, or hasn't answered for long. */
  readonly temporal: 'answers' | 'late' | 'gone';
  /** Milliseconds since a worker last polled; Infinity where none has. */
  readonly workersSeenAgoMs: number;
}

/** What Temporal reports of one run. */
export interface RunSigns {
  readonly open: boolean;
  /** Highest attempt among what the run waits for: a workflow task, or an activity. */
  readonly attempt: number;
}

/** A release that has been silent for longer than its Lease's term. */
export interface Silence {
  /** Milliseconds since its Lease expired. */
  readonly overdueMs: number;
  /** Of the Lease. */
  readonly durationMs: number;
  /** Most of the releases under way are just as silent. */
  readonly isOneOfMany: boolean;
}

/** A live worker polls at least this often: the longest wait of a poll, and a margin. */
const LONGEST_POLL_MS = 70_000;
/** After this many attempts a failure is no longer chance. */
const ATTEMPTS = 3;
/** While all workers are slow, tasks time out, so that attempts mean little. */
const ATTEMPTS_OF_MANY = 10;
/** A release that waits for its turn may stay as it is for this many terms of its Lease. */
const LONGEST_HOLD = 4;

/** @param run undefined where Temporal was not asked about it, or has not answered in time */
export function diagnose(pulse: Pulse, run: RunSigns | undefined, silence: Silence): Diagnosis {
  if (pulse.temporal === 'gone') return 'temporal-gone';
  // A server that answers late is overloaded, as long as it can be reached at all.
  if (pulse.temporal === 'late') return 'workers-behind';
  if (pulse.workersSeenAgoMs > Math.min(LONGEST_POLL_MS, silence.durationMs / 2)) return 'workers-gone';
  if (!run) return 'workers-behind';
  if (!run.open) return 'run-gone';
  return isFailing(run.attempt, silence.isOneOfMany) ? 'run-stuck' : 'workers-behind';
}

/** Whether what a run waits for fails each time, so that waiting for it is useless. */
export function isFailing(attempt: number, isOneOfMany: boolean): boolean {
  return attempt >= (isOneOfMany ? ATTEMPTS_OF_MANY : ATTEMPTS);
}

/** What is known of the version that a share of the users gets. */
export interface Exposure {
  /** Its pods are ready. */
  readonly ready: boolean;
  /** The last check has passed. */
  readonly passed: boolean;
}

/**
 * Whether traffic returns to the primary without the run. It does soon where no worker can come back; where workers are
 * only slow it stays, though not for ever, as long as the version's last check has passed and its pods are ready.
 */
export function isToRetreat(
  diagnosis: Diagnosis,
  { overdueMs, durationMs }: Silence,
  { ready, passed }: Exposure,
): boolean {
  switch (diagnosis) {
    case 'temporal-gone':
      return overdueMs > 0;
    case 'workers-gone':
    case 'run-gone':
    case 'run-stuck':
      return overdueMs >= durationMs / 2;
    case 'workers-behind':
      return overdueMs >= durationMs * (ready && passed ? LONGEST_HOLD : 1 / 2);
  }
}

/** The diagnosis, as events and logs have it. */
export function inWords(diagnosis: Diagnosis): string {
  switch (diagnosis) {
    case 'temporal-gone':
      return 'Temporal cannot be reached';
    case 'workers-behind':
      return 'its workers are behind';
    case 'run-stuck':
      return 'its workflow fails again and again';
    case 'workers-gone':
    case 'run-gone':
      return 'nobody has looked after it';
  }
}
