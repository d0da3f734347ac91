/**
 * What it means that a release's Lease has run out. Silence has several causes, and only some of them are cured by taking
 * the traffic home: a guard that takes slowness for death does the harm that it is there to prevent.
 */

/** Why nobody has renewed a release's Lease. */
export type Diagnosis = 'temporal-gone' | 'workers-gone' | 'workers-behind' | 'run-gone' | 'run-stuck';

/** How Temporal and its workers are, by one question that stands for all releases. */
export interface Pulse {
  /** It answers; it has not answered yet, or too late; it can't be reached, or hasn't answered for long. */
  readonly temporal: 'answers' | 'late' | 'gone';
  /** Milliseconds since a worker was last heard of; Infinity where none has been. */
  readonly workersSeenAgoMs: number;
}

/** What Temporal says of one run. */
export interface RunSigns {
  readonly open: boolean;
  /** Highest attempt of what the run waits for: a workflow task, or an activity. */
  readonly attempt: number;
}

/** A release that has been silent for longer than its Lease. */
export interface Silence {
  /** Milliseconds since its Lease has run out. */
  readonly overdueMs: number;
  /** Of the Lease. */
  readonly durationMs: number;
  /** Most of the releases under way are as silent. */
  readonly isOneOfMany: boolean;
}

/** No worker that works is unheard of for longer: so long does a poll for work wait at most, and a bit. */
const LONGEST_POLL_MS = 70_000;
/** Attempts after which it is no longer chance that something fails. */
const ATTEMPTS = 3;
/** Where everybody is slow tasks time out, so that attempts tell little. */
const ATTEMPTS_OF_MANY = 10;
/** So many terms of its Lease may a release that waits for its turn stay as it is. */
const LONGEST_HOLD = 4;

/**
 * @param run undefined where Temporal was not asked for it, or has not answered in time
 */
export function diagnose(pulse: Pulse, run: RunSigns | undefined, silence: Silence): Diagnosis {
  if (pulse.temporal === 'gone') return 'temporal-gone';
  // Who doesn't answer in time has too much to do, as long as it can be reached at all.
  if (pulse.temporal === 'late') return 'workers-behind';
  if (pulse.workersSeenAgoMs > Math.min(LONGEST_POLL_MS, silence.durationMs / 2)) return 'workers-gone';
  if (!run) return 'workers-behind';
  if (!run.open) return 'run-gone';
  return isFailing(run.attempt, silence.isOneOfMany) ? 'run-stuck' : 'workers-behind';
}

/** Whether what a run waits for fails each time, so that waiting for it is no use. */
export function isFailing(attempt: number, isOneOfMany: boolean): boolean {
  return attempt >= (isOneOfMany ? ATTEMPTS_OF_MANY : ATTEMPTS);
}

/** What is known of the version that a share of the users has got. */
export interface Exposure {
  /** Its pods are ready. */
  readonly ready: boolean;
  /** The last check has passed. */
  readonly passed: boolean;
}

/**
 * Whether traffic is taken home from outside. Where nobody can be coming it is, soon; where workers are only behind it
 * stays, as long as the version has passed its last check and its pods are ready, though not for ever.
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
