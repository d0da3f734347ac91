import type { Judged, JudgementMemory, WatchPolicy } from '../decision/judged.js';
import type { Span } from '../findings.js';
import type { CanaryKey } from '../identity.js';
import { messagesFor } from '../notices/messages.js';
import type { Alert, Listeners, Notice } from '../notices/notice.js';
import { reaches } from '../notices/notice.js';
import type { RecordEntry } from '../record/record.js';
import type { Revision } from '../revision.js';
import type { RunState } from '../state.js';

/** What one observation after a promotion has found. */
export interface AfterLook {
  readonly judged: Judged;
  /** The judge's memory, this observation included; absent where nothing new was read. */
  readonly memory?: JudgementMemory;
  /** What the window was compared with: a time of the same length before the promotion, milliseconds since 1970. */
  readonly past?: Span;
}

/** Or why there is nothing left to observe. */
export type Overseen = AfterLook | { readonly over: string };

/** A version is watched for a while after its promotion, against the one before it. Plain JSON; times are milliseconds since 1970. */
export interface Aftercare {
  readonly canary: CanaryKey;
  /** Id of the release. */
  readonly release: string;
  readonly revision: Revision;
  readonly policy: WatchPolicy;
  readonly listeners?: Listeners;
  /** Between two observations. */
  readonly periodMs: number;
  /** When the version was promoted, and until when it is watched. */
  readonly began: number;
  readonly until: number;
  /** When the release had its first traffic: the past for comparisons ends here. */
  readonly since: number;
  /** The judge's memory of the release, and of the time after it. */
  readonly ofRelease?: JudgementMemory;
  readonly memory?: JudgementMemory;
  readonly nextAt: number;
  readonly record: readonly RecordEntry[];
  readonly end?: AftercareEnd;
}

/** How the watch ended. */
export interface AftercareEnd {
  /** `cut-short`: something else happened before the time was over. */
  readonly kind: 'regressed' | 'clean' | 'cut-short' | 'not-judged';
  /** In a sentence. */
  readonly says: string;
  /** The promotion is being undone by the policy. */
  readonly undone?: true;
}

/** Most observations of one watch: its state must not grow with its length. */
const MOST_LOOKS = 120;
/** The last scrapes may come late, or the metrics server be away for a moment. */
const GRACE_MS = 120_000;
const SHORTEST_MS = 1_000;

/** @returns undefined where the release isn't to be watched, or it promoted nothing */
export function aftercareOf(state: RunState, release: string, now: number): Aftercare | undefined {
  const { policy, applied, ending, canary, judgement } = state;
  const watch = policy?.judgement?.watch;
  if (!policy || !watch || !applied || ending?.kind !== 'promoted') return undefined;
  const periodMs = Math.ceil(Math.max(policy.intervalSeconds, watch.seconds / MOST_LOOKS) * 1000);
  return {
    ...{ canary, release, revision: applied, policy: watch, periodMs },
    ...(policy.listeners ? { listeners: policy.listeners } : {}),
    ...{ began: now, until: now + watch.seconds * 1000, since: judgement?.began ?? state.startedAt },
    ...(judgement ? { ofRelease: judgement } : {}),
    nextAt: now + periodMs,
    record: [],
  };
}

/** What a watch announces and does, besides writing its record. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
  /** The condition shows it, too, and offers an undo. */
  readonly marked?: true;
  /** Why the policy undoes the promotion. */
  readonly undo?: string;
  readonly notices: readonly Notice[];
}

/** The watch after an observation. */
export function afterLook(
  before: Aftercare,
  seen: Overseen,
  now: number,
): { readonly next: Aftercare; readonly say?: Announcement } {
  const say = messagesFor({ canary: before.canary, policy: undefined });
  if ('over' in seen) {
    const message = say.watchCutShort(before.policy.text, seen.over);
    return { next: concluded(before, { kind: 'cut-short', says: seen.over }, line('Normal', message, now)) };
  }
  const { judged, memory, past } = seen;
  const entry: RecordEntry = {
    ...{ at: now, what: 'watch', judged },
    ...(past ? { past } : {}),
  };
  const looked: Aftercare = {
    ...before,
    ...(memory ? { memory } : {}),
    nextAt: now + before.periodMs,
    record: [...before.record, entry],
  };
  if (judged.verdict === 'FAIL') return regressed(looked, judged.says, now);
  return isOver(looked, now) ? finished(looked, judged, now) : { next: looked };
}

/** The policy wanted the promotion undone, but that was not possible. */
export function notUndone(before: Aftercare, why: string, now: number): { next: Aftercare; say: Announcement } {
  const say = messagesFor({ canary: before.canary, policy: undefined });
  const says = before.end?.says ?? '';
  const message = say.regressionStays(says, why);
  const next = concluded(before, { kind: 'regressed', says }, line('Warning', message, now));
  return {
    next,
    say: { type: 'Warning', message, marked: true, notices: noticesOf(before, 'Warning', message, now) },
  };
}

function regressed(looked: Aftercare, says: string, now: number): { next: Aftercare; say: Announcement } {
  const { policy, canary } = looked;
  const say = messagesFor({ canary, policy: undefined });
  const isUndone = policy.then === 'undo';
  const message = isUndone ? say.regressionUndone(says) : say.regressionOffered(says);
  const end = { kind: 'regressed', says, ...(isUndone ? { undone: true as const } : {}) } as const;
  const alert: Alert = {
    severity: 'error',
    topic: 'failed',
    message: `Worse than before the release: ${says}`,
    details: false,
  };
  return {
    next: concluded(looked, end, line('Warning', message, now)),
    say: {
      ...{ type: 'Warning', message },
      ...(isUndone ? { undo: says } : { marked: true as const }),
      notices: noticesOf(looked, 'Warning', message, now, alert),
    },
  };
}

function isOver({ memory, until }: Aftercare, now: number): boolean {
  return (memory?.until ?? 0) > until - SHORTEST_MS || now >= until + GRACE_MS;
}

function finished(looked: Aftercare, judged: Judged, now: number): { next: Aftercare; say: Announcement } {
  const { policy, canary } = looked;
  const say = messagesFor({ canary, policy: undefined });
  const { windows, unknown } = judged;
  const isJudged = windows > 0;
  const message = isJudged
    ? say.watchedWithout(policy.text, windows)
    : say.watchedInVain(policy.text, unknown ?? 'no requests were counted');
  const end = isJudged
    ? ({ kind: 'clean', says: judged.says } as const)
    : ({ kind: 'not-judged', says: unknown ?? 'no requests were counted' } as const);
  return {
    next: concluded(looked, end, line('Normal', message, now)),
    say: { type: 'Normal', message, notices: noticesOf(looked, 'Normal', message, now) },
  };
}

function concluded(before: Aftercare, end: AftercareEnd, last: RecordEntry): Aftercare {
  return { ...before, end, record: [...before.record, last] };
}

function line(type: 'Normal' | 'Warning', message: string, at: number): RecordEntry {
  return { at, what: 'event', type, message };
}

function noticesOf(
  { listeners, revision }: Aftercare,
  type: 'Normal' | 'Warning',
  message: string,
  at: number,
  alert?: Alert,
): readonly Notice[] {
  if (!listeners) return [];
  const { events, alertsFrom } = listeners;
  return [
    ...(events ? [{ kind: 'event', at, type, message, phase: 'Succeeded', revision } as const] : []),
    ...(alert && alertsFrom !== undefined && reaches(alert.severity, alertsFrom)
      ? [{ kind: 'alert', at, ...alert } as const]
      : []),
  ];
}
