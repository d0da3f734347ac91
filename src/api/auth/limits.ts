import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { networkOf } from './network.js';
import { Turns } from './turns.js';

/** Requests a minute; without limit where 0. Each process counts separately. */
export interface RateLimits {
  /** Requests of one user. */
  readonly requests: number;
  /** Requests of one user that change something: orders, releases, checks. */
  readonly changes: number;
  /** From one address: logins, uses of links, and wrong tokens, each counted separately. */
  readonly logins: number;
}

const WINDOW_MS = 60_000;
/** Users and addresses that are counted at the same time; the least recent are dropped first. */
const KEPT = 10_000;

/** Attempts counted by address. Each has a limit of its own, so that wrong tokens prevent no logins. */
export type Attempt = 'login' | 'callback' | 'link' | 'token';

const ATTEMPTS: Readonly<Record<Attempt, string>> = {
  login: 'logins',
  callback: 'logins',
  link: 'uses of links',
  token: 'wrong tokens',
};

type Budget = ReturnType<FastifyInstance['createRateLimit']>;

/** Counts requests in windows of a minute. */
export class Limits {
  private requests: Budget | undefined;
  private changes: Budget | undefined;
  private attempts: Readonly<Partial<Record<Attempt, Budget | undefined>>> = {};
  private readonly turns = new Turns();

  /** @param limits nothing is counted where undefined */
  constructor(private readonly limits: RateLimits | undefined) {}

  install(app: FastifyInstance): void {
    const { limits } = this;
    if (!limits) return;
    void app.register(rateLimit, { global: false, timeWindow: WINDOW_MS, cache: KEPT });
    app.after(() => {
      const byUser = (request: FastifyRequest): string => request.user?.username ?? '';
      const budget = (max: number, keyGenerator?: typeof byUser): Budget | undefined =>
        max === 0 ? undefined : app.createRateLimit({ max, ...(keyGenerator ? { keyGenerator } : {}) });
      this.requests = budget(limits.requests, byUser);
      this.changes = budget(limits.changes, byUser);
      const { logins } = limits;
      this.attempts = {
        login: budget(logins),
        callback: budget(logins),
        link: budget(logins),
        token: budget(logins),
      };
    });
  }

  /**
   * Counts a request of an identified user.
   *
   * @throws Problem where there were too many
   */
  async spend(request: FastifyRequest, changes: boolean): Promise<void> {
    await take(this.requests, request, 'requests');
    if (changes) await take(this.changes, request, 'requests that change something');
  }

  /**
   * Counts an attempt against the address.
   *
   * @throws Problem where there were too many
   */
  async spendAttempt(request: FastifyRequest, attempt: Attempt): Promise<void> {
    await take(this.attempts[attempt], request, ATTEMPTS[attempt]);
  }

  /**
   * Looks an unknown token up. For an address that has sent many wrong ones, one at a time: that keeps nobody out who
   * has a valid token, and protects the API server from a flood of reviews.
   *
   * @throws Problem where too many wait already; whatever `look` throws
   */
  async inTurn<T>(request: FastifyRequest, look: () => Promise<T>): Promise<T> {
    const spent = await isSpent(this.attempts.token, request);
    return spent ? this.turns.take(networkOf(request.ip), look) : look();
  }
}

async function isSpent(budget: Budget | undefined, request: FastifyRequest): Promise<boolean> {
  const state = await budget?.(request, { increment: false });
  return state !== undefined && !state.isAllowed && state.remaining === 0 && state.ttl > 0;
}

async function take(budget: Budget | undefined, request: FastifyRequest, what: string): Promise<void> {
  const state = await budget?.(request);
  if (state === undefined || state.isAllowed || !state.isExceeded) return;
  throw new Problem('rate-limited', `more than ${state.max} ${what} a minute`, {
    retryAfter: Math.max(1, state.ttlInSeconds),
    remedy: 'wait for as long as Retry-After says',
  });
}
