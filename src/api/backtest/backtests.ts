import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JudgementSettings } from '../../crds/judgement.js';
import type { ReleaseFilter } from '../../archive/port.js';
import { backtesting, type Backtested, type RecordedRelease } from '../../simulation/backtest.js';
import { besideAsItWas, recordedOf, type BacktestedRelease } from '../../simulation/recorded.js';
import { Problem } from '../problems/problem.js';
import type { Finder } from '../releases/find.js';
import { parseReleaseId } from '../releases/id.js';
import type { Listing } from '../releases/listing.js';

/** What all requests together may take of this process. */
export interface BacktestLimits {
  /** For one request, milliseconds; what isn't tested by then is left out. */
  readonly totalMs: number;
  /** Without a break, milliseconds: then others have their turn. */
  readonly sliceMs: number;
  /** Requests at once. */
  readonly atOnce: number;
}

const LIMITS: BacktestLimits = { totalMs: 10_000, sliceMs: 10, atOnce: 2 };
const PAGE = 50;

/** Puts past releases through other policies, a little at a time: a release of days has thousands of windows. */
export class Backtests {
  private running = 0;

  constructor(
    private readonly finder: Pick<Finder, 'find'>,
    private readonly listing: Pick<Listing, 'page'>,
    private readonly limits: BacktestLimits = LIMITS,
  ) {}

  /**
   * @param filter whose releases
   * @param limit at most so many, those that have ended last
   * @throws Problem where the releases can't be read, or others are being tested already
   */
  async run(
    filter: ReleaseFilter,
    limit: number,
    judgement: JudgementSettings,
  ): Promise<{ readonly items: readonly BacktestedRelease[]; readonly untested: number }> {
    if (this.running >= this.limits.atOnce) {
      throw new Problem('rate-limited', `${this.limits.atOnce} backtests are under way`, {
        retryAfter: Math.ceil(this.limits.totalMs / 1000),
        remedy: 'wait for as long as Retry-After says',
      });
    }
    this.running += 1;
    try {
      const until = performance.now() + this.limits.totalMs;
      const ids = await this.ended(filter, limit);
      const items: BacktestedRelease[] = [];
      for (const id of ids) {
        const tested = performance.now() < until ? await this.tested(filter.cluster, id, judgement, until) : undefined;
        if (tested === undefined) break;
        items.push(tested);
      }
      return { items, untested: ids.length - items.length };
    } finally {
      this.running -= 1;
    }
  }

  private async ended(filter: ReleaseFilter, limit: number): Promise<readonly string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.listing.page(filter, Math.min(limit, PAGE), cursor);
      ids.push(...page.items.filter(({ open }) => !open).map(({ id }) => id));
      cursor = page.nextCursor;
    } while (ids.length < limit && cursor !== undefined);
    return ids.slice(0, limit);
  }

  /** @returns undefined where its time is over */
  private async tested(
    cluster: string,
    id: string,
    judgement: JudgementSettings,
    until: number,
  ): Promise<BacktestedRelease | undefined> {
    const parsed = parseReleaseId(cluster, id);
    const release = parsed && (await this.finder.find(parsed));
    // Retention takes releases away at any time.
    if (!release) return { id, startedAt: '', was: 'gone', ...FORGOTTEN };
    const recorded = recordedOf(release);
    const would = await this.inSlices(recorded, judgement, until);
    return would && besideAsItWas(release, recorded, would);
  }

  private async inSlices(
    recorded: RecordedRelease,
    judgement: JudgementSettings,
    until: number,
  ): Promise<Backtested | undefined> {
    const looks = backtesting(recorded, judgement);
    let began = performance.now();
    for (;;) {
      const { done, value } = looks.next();
      if (done) return value;
      const now = performance.now();
      if (now >= until) return undefined;
      if (now - began < this.limits.sliceMs) continue;
      await nextTurn();
      began = performance.now();
    }
  }
}

const FORGOTTEN: Backtested = { end: 'unknown', windows: 0, says: 'it is not kept any more', uncounted: [] };
