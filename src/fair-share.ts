import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Each Canary's share of a process' CPU time. */
export interface ShareAllowance {
  /** Milliseconds at once, after a time without use. */
  readonly burstMs: number;
  /** From then on, milliseconds a second. */
  readonly msPerSecond: number;
  /** Milliseconds of exceeding that, without a break, after which it is reported. */
  readonly patienceMs: number;
  /** Milliseconds until it is reported again. */
  readonly againMs: number;
  /** Longest single wait, milliseconds. */
  readonly longestMs: number;
}

/** Far more than releases need: an observation costs some milliseconds, and there are six of them a minute. */
const ALLOWANCE: ShareAllowance = {
  burstMs: 2_000,
  msPerSecond: 100,
  patienceMs: 60_000,
  againMs: 600_000,
  longestMs: 5_000,
};

/** Keys in memory before those with nothing to remember are dropped. */
const MOST = 10_000;
/** Longest use without a break, milliseconds: then others have their turn. */
const SLICE_MS = 20;

interface Account {
  /** Milliseconds; use is counted afterwards, so it can be negative. */
  left: number;
  at: number;
  overdrawnSince: number | undefined;
  namedAt: number;
}

interface Scope {
  readonly share: FairShare;
  readonly key: string;
  /** Used since others had their turn. */
  sliceMs: number;
  /** Waiting time so far. */
  waitedMs: number;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Counts each Canary's use of this process' CPU, so that one with costly texts waits itself, and delays no others. Only
 * potentially costly work is counted, see {@link spending}.
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

  /** Charges everything that `work` does to this Canary. */
  for<T>(key: string, work: () => Promise<T>): Promise<T> {
    return scopes.run({ share: this, key, sliceMs: 0, waitedMs: 0 }, work);
  }

  /** Charges milliseconds. */
  take(key: string, ms: number): void {
    const account = this.accountOf(key);
    account.left -= ms;
    if (account.left < 0) account.overdrawnSince ??= account.at;
  }

  /** @returns milliseconds until it may continue; 0 where it may now */
  waitMs(key: string): number {
    const { left } = this.accountOf(key);
    if (left >= 0) return 0;
    return Math.min(Math.ceil((-left / this.allowance.msPerSecond) * 1000), this.allowance.longestMs);
  }

  /** Whether it has exceeded its share for so long that it must be reported. */
  isExceeded(key: string): boolean {
    return this.overdrawnMs(key) >= this.allowance.patienceMs;
  }

  /** @returns for how long it has exceeded its share, in milliseconds, if that is to be reported now */
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
 * Does synchronous work whose cost depends on users' text, and charges it to the Canary that it is done for, if there
 * is one.
 *
 * @param key the Canary to charge, where that isn't the one that it is done for
 */
export function spending<T>(work: () => T, key?: string): T {
  const scope = scopes.getStore();
  if (!scope) return work();
  const began = performance.now();
  const before = process.cpuUsage();
  try {
    return work();
  } finally {
    // CPU time, not time of a busy machine or of other threads of this process.
    const { user, system } = process.cpuUsage(before);
    const tookMs = Math.min(performance.now() - began, (user + system) / 1000);
    scope.share.take(key ?? scope.key, tookMs);
    scope.sliceMs += tookMs;
  }
}

/**
 * Lets others have their turn, where work for one Canary has lasted a while; and waits, for some seconds altogether at
 * most, where that Canary has exceeded its share.
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
