import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** What each may have of a process's processor. */
export interface ShareAllowance {
  /** Milliseconds at once, after a while in which it took nothing. */
  readonly burstMs: number;
  /** From then on, milliseconds a second. */
  readonly msPerSecond: number;
  /** Milliseconds of taking more than that, without a break, after which it is named. */
  readonly patienceMs: number;
  /** Milliseconds after which it is named again. */
  readonly againMs: number;
  /** The longest that it is made to wait at a time, milliseconds. */
  readonly longestMs: number;
}

/** Far more than releases take: a look costs some milliseconds, and there are six of them a minute. */
const ALLOWANCE: ShareAllowance = {
  burstMs: 2_000,
  msPerSecond: 100,
  patienceMs: 60_000,
  againMs: 600_000,
  longestMs: 5_000,
};

/** Known at once, before those with nothing to remember are forgotten. */
const MOST = 10_000;
/** Without a break, milliseconds: then others have their turn. */
const SLICE_MS = 20;

interface Account {
  /** Milliseconds; what is taken is counted afterwards, so that it can be less than nothing. */
  left: number;
  at: number;
  overdrawnSince: number | undefined;
  namedAt: number;
}

interface Scope {
  readonly share: FairShare;
  readonly key: string;
  /** Taken since others had their turn. */
  sliceMs: number;
  /** Has waited for so long by now. */
  waitedMs: number;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Counts what each Canary takes of this process's processor, so that one whose texts are costly waits by itself, and
 * nobody else does. Only what can be costly is counted, see {@link spending}.
 */
export class FairShare {
  private readonly accounts = new Map<string, Account>();

  /** @param now milliseconds, of a clock that never goes back */
  constructor(
    private readonly allowance: ShareAllowance = ALLOWANCE,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The longest wait at a time, milliseconds. */
  get longestMs(): number {
    return this.allowance.longestMs;
  }

  /** What `work` does until it has ended is for this Canary, in whatever it calls. */
  for<T>(key: string, work: () => Promise<T>): Promise<T> {
    return scopes.run({ share: this, key, sliceMs: 0, waitedMs: 0 }, work);
  }

  /** Has taken so much, in milliseconds. */
  take(key: string, ms: number): void {
    const account = this.accountOf(key);
    account.left -= ms;
    if (account.left < 0) account.overdrawnSince ??= account.at;
  }

  /** @returns milliseconds for which it is somebody else's turn; 0 where it may go on */
  waitMs(key: string): number {
    const { left } = this.accountOf(key);
    if (left >= 0) return 0;
    return Math.min(Math.ceil((-left / this.allowance.msPerSecond) * 1000), this.allowance.longestMs);
  }

  /** Whether it has taken more than its share for so long that people must know. */
  isExceeded(key: string): boolean {
    return this.overdrawnMs(key) >= this.allowance.patienceMs;
  }

  /** @returns for how long it has taken more than its share, in milliseconds, where that is to be told now */
  overuseToReport(key: string): number | undefined {
    const account = this.accountOf(key);
    const overdrawnMs = this.overdrawnMs(key);
    const { patienceMs, againMs } = this.allowance;
    if (overdrawnMs < patienceMs || account.at - account.namedAt < againMs) return undefined;
    account.namedAt = account.at;
    return overdrawnMs;
  }

  private overdrawnMs(key: string): number {
    const { overdrawnSince, at } = this.accountOf(key);
    return overdrawnSince === undefined ? 0 : at - overdrawnSince;
  }

  private accountOf(key: string): Account {
    const { burstMs, msPerSecond } = this.allowance;
    const now = this.now();
    const known = this.accounts.get(key);
    if (known) {
      known.left = Math.min(burstMs, known.left + ((now - known.at) / 1000) * msPerSecond);
      known.at = now;
      if (known.left >= burstMs) known.overdrawnSince = undefined;
      return known;
    }
    if (this.accounts.size >= MOST) this.forgetIdle(now);
    const account = { left: burstMs, at: now, overdrawnSince: undefined, namedAt: -Infinity };
    this.accounts.set(key, account);
    return account;
  }

  private forgetIdle(now: number): void {
    const { burstMs, msPerSecond } = this.allowance;
    for (const [key, { left, at }] of this.accounts) {
      if (now - at > ((burstMs - left) / msPerSecond) * 1000) this.accounts.delete(key);
    }
  }
}

/**
 * Does something at once whose cost somebody else decides by what he writes, and counts it as that Canary's for which it is
 * done, if it is.
 *
 * @param key whose it is, where that isn't the one for which it is done
 */
export function spending<T>(work: () => T, key?: string): T {
  const scope = scopes.getStore();
  if (!scope) return work();
  const began = performance.now();
  const before = process.cpuUsage();
  try {
    return work();
  } finally {
    // A busy machine lets it wait, which is not its fault; other threads of this process aren't, either.
    const { user, system } = process.cpuUsage(before);
    const tookMs = Math.min(performance.now() - began, (user + system) / 1000);
    scope.share.take(key ?? scope.key, tookMs);
    scope.sliceMs += tookMs;
  }
}

/**
 * Lets others have their turn, where work for one Canary has gone on for a while; and waits where that Canary has taken
 * more than its share, for some seconds altogether at most.
 *
 * @throws whatever the signal was aborted with
 */
export async function othersFirst(signal?: AbortSignal): Promise<void> {
  const scope = scopes.getStore();
  if (!scope) return;
  const { share, key } = scope;
  const waitMs = Math.min(share.waitMs(key), share.longestMs - scope.waitedMs);
  if (waitMs > 0) {
    scope.waitedMs += waitMs;
    await sleep(waitMs, undefined, { signal });
  } else if (scope.sliceMs >= SLICE_MS) await nextTurn();
  else return;
  scope.sliceMs = 0;
}
