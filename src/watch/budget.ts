/** The limits for one key. */
export interface Allowance {
  /** At once, after a time without any. */
  readonly burst: number;
  /** Sustained rate. */
  readonly perSecond: number;
  /** Milliseconds of exceeding it without a break, after which that is reported. */
  readonly patienceMs: number;
  /** Milliseconds until it is reported again. */
  readonly againMs: number;
}

interface Account {
  left: number;
  at: number;
  /** Since when the demand has exceeded the limits without a break. */
  overdrawnSince: number | undefined;
  notifiedAt: number;
}

/** Keys in memory before those with nothing to remember are dropped. */
const MOST = 10_000;

/**
 * Gives each key its share, so that a busy key doesn't slow the others down: it waits, they don't.
 *
 * @param notify called with a key that has exceeded its limits for too long, and for how long, in milliseconds
 */
export class Budget {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly allowance: Allowance,
    private readonly now: () => number,
    private readonly notify: (key: string, overdrawnMs: number) => void,
  ) {}

  /** @returns milliseconds to wait before asking again; 0 where it may proceed now */
  spend(key: string): number {
    const { burst, perSecond } = this.allowance;
    const now = this.now();
    const account = this.accountOf(key, now);
    account.left = Math.min(burst, account.left + (Math.max(0, now - account.at) / 1000) * perSecond);
    account.at = now;
    if (account.left >= burst) account.overdrawnSince = undefined;
    if (account.left >= 1) {
      account.left -= 1;
      return 0;
    }
    account.overdrawnSince ??= now;
    this.notifyOf(key, account, now);
    return Math.ceil(((1 - account.left) / perSecond) * 1000);
  }

  private notifyOf(key: string, account: Account, now: number): void {
    const { patienceMs, againMs } = this.allowance;
    const overdrawnMs = now - (account.overdrawnSince ?? now);
    if (overdrawnMs < patienceMs || now - account.notifiedAt < againMs) return;
    account.notifiedAt = now;
    this.notify(key, overdrawnMs);
  }

  private accountOf(key: string, now: number): Account {
    const known = this.accounts.get(key);
    if (known) return known;
    if (this.accounts.size >= MOST) this.forgetIdle(now);
    const { burst } = this.allowance;
    const account = { left: burst, at: now, overdrawnSince: undefined, notifiedAt: -Infinity };
    this.accounts.set(key, account);
    return account;
  }

  private forgetIdle(now: number): void {
    const { burst, perSecond } = this.allowance;
    for (const [key, { at }] of this.accounts) {
      if (now - at > (burst / perSecond) * 1000) this.accounts.delete(key);
    }
  }
}
