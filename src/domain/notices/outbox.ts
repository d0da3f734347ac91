import type { Notice } from './notice.js';

export type Numbered = Notice & { readonly seq: number };

/** A recipient that could not be notified yet. Later notices wait behind, so that the order is kept. */
export interface Behind {
  /** The last notice that was delivered. */
  readonly through: number;
  readonly failures: number;
  /** Milliseconds since 1970 of the first failure in a row. */
  readonly since: number;
  readonly retryAt: number;
  readonly error: string;
}

/**
 * Notices to be delivered: in order, at least once, to every recipient that wants them. The delivery looks recipients
 * up; here they are only names. Plain JSON, so that it survives with the run.
 */
export interface Outbox {
  /** Number of the next notice. */
  readonly next: number;
  /** All recipients that are not in `behind` have been notified up to this number. */
  readonly offered: number;
  readonly notices: readonly Numbered[];
  readonly behind: Readonly<Record<string, Behind>>;
  /** By recipient: the conversation that its notices so far are in. Runs of older versions have none. */
  readonly threads?: Readonly<Record<string, string>>;
}

/** One attempt to deliver. */
export interface Round {
  readonly notices: readonly Numbered[];
  readonly offered: number;
  /** Recipients to try again, and the last notice delivered to each. */
  readonly again: Readonly<Record<string, number>>;
  /** Recipients whose next attempt isn't due yet. */
  readonly later: readonly string[];
  /** See {@link Outbox.threads}. */
  readonly threads?: Readonly<Record<string, string>>;
}

/** The result of a round for one recipient. */
export interface DeliveryResult {
  readonly to: string;
  /** The last notice that was delivered, or never will be. */
  readonly through: number;
  /** Why delivery stopped there, where another attempt may help; no secrets. */
  readonly error?: string;
  /** The recipient asks to wait this long before the next attempt. */
  readonly retryAfterMs?: number;
  /** What the recipient will never accept, each with the reason. */
  readonly refused: readonly { readonly seq: number; readonly error: string }[];
  /** The conversation to continue; it replaces an earlier one. */
  readonly thread?: string;
}

/** Notices that could not be delivered to a recipient, for the record. */
export interface Undelivered {
  readonly to: string;
  readonly count: number;
  readonly error: string;
  /** Text of the first of them. */
  readonly first: string;
}

export const EMPTY_OUTBOX: Outbox = { next: 1, offered: 0, notices: [], behind: {} };

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** After this the recipient counts as gone. */
export const PATIENCE_MS = 24 * 3_600_000;
/** Notices in one attempt. */
const ROUND_SIZE = 20;
/** Notices kept for recipients that don't answer; the oldest are dropped first. */
const LIMIT = 200;

export function posted(outbox: Outbox, notices: readonly Notice[]): readonly [Outbox, readonly Undelivered[]] {
  const numbered = notices.map((notice, index) => ({ ...notice, seq: outbox.next + index }));
  const all = [...outbox.notices, ...numbered];
  const next = { ...outbox, next: outbox.next + notices.length, notices: all };
  return all.length <= LIMIT ? [next, []] : withoutOldest(next, all.length - LIMIT);
}

function withoutOldest(outbox: Outbox, count: number): readonly [Outbox, readonly Undelivered[]] {
  const gone = outbox.notices.slice(0, count);
  const upTo = gone.at(-1)?.seq ?? 0;
  const late = Object.entries(outbox.behind).map(([to, { through, error }]): readonly [string, string, Numbered[]] => [
    to,
    `too many notices waited: ${error}`,
    gone.filter(({ seq }) => seq > through),
  ]);
  const unheard = gone.filter(({ seq }) => seq > outbox.offered);
  const lost = [...late, ['everybody', 'too many notices waited for a worker', unheard] as const];
  const behind = Object.fromEntries(
    Object.entries(outbox.behind).map(([to, was]) => [to, { ...was, through: Math.max(was.through, upTo) }]),
  );
  return [
    { ...outbox, notices: outbox.notices.slice(count), offered: Math.max(outbox.offered, upTo), behind },
    lost.flatMap(([to, error, notices]) => undelivered(to, error, notices)),
  ];
}

/** @returns when the next delivery is due (milliseconds since 1970, 0 = at once), or undefined where nothing waits */
export function dueAt(outbox: Outbox): number | undefined {
  if (outbox.notices.some(({ seq }) => seq > outbox.offered)) return 0;
  const times = Object.values(outbox.behind).map(({ retryAt }) => retryAt);
  return times.length === 0 ? undefined : Math.min(...times);
}

export function roundOf(outbox: Outbox, now: number): Round {
  const behind = Object.entries(outbox.behind);
  const again = behind.filter(([, { retryAt }]) => retryAt <= now).map(([to, { through }]) => [to, through] as const);
  const from = Math.min(outbox.offered, ...again.map(([, through]) => through));
  return {
    notices: outbox.notices.filter(({ seq }) => seq > from).slice(0, ROUND_SIZE),
    offered: outbox.offered,
    again: Object.fromEntries(again),
    later: behind.filter(([, { retryAt }]) => retryAt > now).map(([to]) => to),
    ...(outbox.threads === undefined ? {} : { threads: outbox.threads }),
  };
}

/** The outbox after an attempt, and what will never be delivered. */
export function afterRound(
  outbox: Outbox,
  round: Round,
  results: readonly DeliveryResult[],
  now: number,
): readonly [Outbox, readonly Undelivered[]] {
  const lost: Undelivered[] = [];
  // Recipients that the round no longer mentions have left the Canary's spec.
  const behind: Record<string, Behind> = Object.fromEntries(
    Object.entries(outbox.behind).filter(([to]) => round.later.includes(to)),
  );
  // A round that began with what only some recipients had missed may have ended before the notices that are new for
  // all.
  const offered = Math.max(outbox.offered, round.notices.at(-1)?.seq ?? 0);
  for (const one of results) {
    lost.push(...refusals(one, round));
    const next = behindAfter(one, outbox.behind[one.to], round, now);
    if (next === undefined) continue;
    if (now - next.since < PATIENCE_MS) behind[one.to] = next;
    else lost.push(...undelivered(one.to, next.error, between(outbox, next.through, offered)));
  }
  const least = Math.min(offered, ...Object.values(behind).map(({ through }) => through));
  const notices = outbox.notices.filter(({ seq }) => seq > least);
  return [{ ...outbox, offered, behind, notices, ...threadsAfter(outbox, results) }, lost];
}

function threadsAfter({ threads }: Outbox, results: readonly DeliveryResult[]): Pick<Outbox, 'threads'> {
  const named = results.flatMap(({ to, thread }) => (thread === undefined ? [] : [[to, thread] as const]));
  return named.length === 0 ? {} : { threads: { ...threads, ...Object.fromEntries(named) } };
}

/** @returns undefined where the recipient has got every notice of the round */
function behindAfter(result: DeliveryResult, was: Behind | undefined, round: Round, now: number): Behind | undefined {
  const last = round.notices.at(-1)?.seq ?? 0;
  if (result.error === undefined) {
    // It catches up round by round.
    return result.through < Math.max(last, round.offered)
      ? { through: Math.max(result.through, last), failures: 0, since: now, retryAt: now, error: was?.error ?? '' }
      : undefined;
  }
  const goesOn = was !== undefined && was.failures > 0 && result.through <= was.through;
  const failures = goesOn ? was.failures + 1 : 1;
  const wait = Math.max(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS), result.retryAfterMs ?? 0);
  return {
    through: result.through,
    failures,
    since: goesOn ? was.since : now,
    retryAt: now + Math.min(wait, LONGEST_RETRY_MS),
    error: result.error,
  };
}

function refusals({ to, refused }: DeliveryResult, round: Round): readonly Undelivered[] {
  const errors = [...new Set(refused.map(({ error }) => error))];
  return errors.flatMap((error) => {
    const seqs = refused.filter((one) => one.error === error).map(({ seq }) => seq);
    return undelivered(
      to,
      error,
      round.notices.filter(({ seq }) => seqs.includes(seq)),
    );
  });
}

/** What is not delivered yet, by recipient: for the record of a release that doesn't wait for it. */
export function pendingOf(outbox: Outbox): readonly Undelivered[] {
  return [
    ...Object.entries(outbox.behind).flatMap(([to, { through, error }]) =>
      undelivered(to, error, between(outbox, through, outbox.offered)),
    ),
    ...undelivered('everybody', 'not sent yet', between(outbox, outbox.offered, Infinity)),
  ];
}

/** Notices after the first number, up to and including the second. */
function between(outbox: Outbox, after: number, upTo: number): readonly Numbered[] {
  return outbox.notices.filter(({ seq }) => seq > after && seq <= upTo);
}

function undelivered(to: string, error: string, notices: readonly Numbered[]): readonly Undelivered[] {
  const [first] = notices;
  return first === undefined ? [] : [{ to, count: notices.length, error, first: wordsOf(first) }];
}

function wordsOf(notice: Notice): string {
  return notice.kind === 'over' ? `over: ${notice.topics.join(', ')}` : notice.message;
}
