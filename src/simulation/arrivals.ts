import type { Arm } from '../judgement/counts.js';
import { normal, poisson, type Random } from '../judgement/random.js';
import { ALL_TO_PRIMARY, sharesOf, type Weights } from '../domain/weights.js';
import { errorsAt, type Truth } from './truth.js';

/** Requests of a time span without changes. Times are milliseconds. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly canary: Arm;
  readonly primary: Arm;
  readonly baseline: Arm;
}

const NO_ARM: Arm = { requests: 0, bad: 0 };
/** No check of a simulated release looks further back. */
const KEPT_MS = 3_600_000;

/** Random requests to both versions. */
export class Arrivals {
  private pieces: readonly Piece[] = [];
  private readonly factor: number;
  private until: number;
  private first: number | undefined;
  private shares = sharesOf(ALL_TO_PRIMARY);
  /** The canary's requests that have failed so far. */
  hurt = 0;

  /** @param now when it begins, milliseconds */
  constructor(
    private readonly random: Random,
    private readonly truth: Truth,
    now: number,
  ) {
    const { lottery = 0 } = truth;
    this.factor = lottery === 0 ? 1 : Math.exp(lottery * normal(random));
    this.until = now;
  }

  /** The primary's requests in windows of a minute before the canary's first request. */
  past(windows: number): readonly Arm[] {
    const { requestsPerSecond, primaryErrors } = this.truth;
    return Array.from({ length: windows }, () => this.arm(60 * requestsPerSecond, primaryErrors));
  }

  /** Milliseconds since the canary's first request; 0 before. */
  since(now: number): number {
    return this.first === undefined ? 0 : now - this.first;
  }

  /** Divides requests this way from `now` on. */
  divide(weights: Weights, now: number): void {
    this.come(now, []);
    this.shares = sharesOf(weights);
    if (weights.canary > 0) this.first ??= now;
  }

  /** Generates requests until `now`. @param cuts times at which queried spans begin or end */
  come(now: number, cuts: readonly number[]): void {
    if (now <= this.until) return;
    const borders = [...cuts.filter((at) => at > this.until && at < now).toSorted((a, b) => a - b), now];
    const news: Piece[] = [];
    for (const to of borders) {
      if (to === this.until) continue;
      news.push(this.piece(this.until, to));
      this.until = to;
    }
    this.pieces = [...this.pieces.filter((piece) => piece.to > now - KEPT_MS), ...news];
  }

  /** The requests of that span; a piece that is only partly in it counts completely or not at all. */
  between(from: number, to: number): Pick<Piece, 'canary' | 'primary' | 'baseline'> {
    const within = this.pieces.filter((piece) => {
      const middle = (piece.from + piece.to) / 2;
      return middle > from && middle < to;
    });
    const sum = (arms: readonly Arm[]) =>
      arms.reduce((all, { requests, bad }) => ({ requests: all.requests + requests, bad: all.bad + bad }), NO_ARM);
    return {
      canary: sum(within.map(({ canary }) => canary)),
      primary: sum(within.map(({ primary }) => primary)),
      baseline: sum(within.map(({ baseline }) => baseline)),
    };
  }

  private piece(from: number, to: number): Piece {
    const expected = (this.truth.requestsPerSecond * (to - from)) / 1000;
    const errors = errorsAt(this.truth, this.factor, this.since((from + to) / 2) / 1000);
    const { shares } = this;
    const canary = this.arm((expected * shares.canary) / 100, errors.canary);
    const primary = this.arm((expected * shares.primary) / 100, errors.primary);
    // Without a baseline no random number is drawn for it: the same seed still gives the same results.
    const baseline = shares.baseline === 0 ? NO_ARM : this.arm((expected * shares.baseline) / 100, errors.primary);
    this.hurt += canary.bad;
    return { from, to, canary, primary, baseline };
  }

  private arm(expected: number, errors: number): Arm {
    const requests = poisson(this.random, expected);
    if (errors >= 1) return { requests, bad: requests };
    const { burst = 1 } = this.truth;
    const bad = burst * poisson(this.random, (requests * errors) / burst);
    return { requests, bad: Math.min(requests, bad) };
  }
}
