import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';

/** How often one may ask, a minute; without bounds where 0. Each process counts for itself. */
export interface RateLimits {
  /** Requests of one user. */
  readonly requests: number;
  /** Requests of one user that change something: orders, releases, checks. */
  readonly changes: number;
  /** Logins from one address, and requests from it with credentials that turn out not to be valid. */
  readonly logins: number;
}

const WINDOW_MS = 60_000;
/** Users and addresses that are counted at once; those heard of longest ago are forgotten first. */
const KEPT = 10_000;

type Budget = ReturnType<FastifyInstance['createRateLimit']>;

/** Counts requests in windows of a minute. */
export class Limits {
  private requests: Budget | undefined;
  private changes: Budget | undefined;
  private logins: Budget | undefined;

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
      this.logins = budget(limits.logins);
    });
  }

  /**
   * Counts a request of a user who is known.
   *
   * @throws Problem where there were too many
   */
  async spend(request: FastifyRequest, changes: boolean): Promise<void> {
    await take(this.requests, request, 'requests');
    if (changes) await take(this.changes, request, 'requests that change something');
  }

  /**
   * Counts a login, or credentials that weren't valid, against the address.
   *
   * @throws Problem where there were too many
   */
  async spendLogin(request: FastifyRequest): Promise<void> {
    await take(this.logins, request, 'logins');
  }

  /** @throws Problem where the address has no login left, which isn't counted */
  async demandLogin(request: FastifyRequest): Promise<void> {
    await take(this.logins, request, 'logins', { increment: false });
  }
}

async function take(
  budget: Budget | undefined,
  request: FastifyRequest,
  what: string,
  options?: { readonly increment: boolean },
): Promise<void> {
  const state = await budget?.(request, options);
  if (state === undefined || state.isAllowed) return;
  const over = options?.increment === false ? state.remaining === 0 && state.ttl > 0 : state.isExceeded;
  if (!over) return;
  throw new Problem('rate-limited', `more than ${state.max} ${what} a minute`, {
    retryAfter: Math.max(1, state.ttlInSeconds),
    remedy: 'wait for as long as Retry-After says',
  });
}
