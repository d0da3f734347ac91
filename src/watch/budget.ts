/** What may be done about one thing. */
export interface Allowance {
  /** At once, after a while in which nothing was done. */
  readonly burst: number;
  /** From then on. */
  readonly perSecond: number;
  /** Milliseconds of asking for more than that, without a break, after which it is told. */
  readonly patienceMs: number;
  /** Milliseconds after which it is told again. */
  readonly againMs: number;
}

interface Account {
  left: number;
  at: number;
  /** Since when there has always been more asked for than there was. */
  overdrawnSince: number | undefined;
  notifiedAt: number;
}

/** Things that are known at once before those with nothing to remember are forgotten. */
const MOST = 10_000;

/**
 * Gives each key its share, so that one which asks without end takes nothing from the others: it waits, they don't.
 *
 * @param tell of a key that has asked for too much for too long, and for how long, in milliseconds
 */
export class Budget {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly allowance: Allowance,
    private readonly now: () => number,
    private readonly notify: (key: string, overdrawnMs: number) => void,
  ) {}

  /** @returns milliseconds to wait before asking again; 0 where it may be done now */
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
