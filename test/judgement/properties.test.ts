import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { evidenceOf, NO_EVIDENCE, scoresOf, withWindow } from '../../src/judgement/evidence.js';
import { likeliestRatio, NOTHING_REMEMBERED, ratioInterval, remembering } from '../../src/judgement/interval.js';
import { lateFailScore, NO_LATE_EVIDENCE, withLateWindow } from '../../src/judgement/late.js';
import { evidenceAfter, LIMITS, windowOf, type Tuple } from './ratio.js';

const arm = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([requests, share]) => ({ requests, bad: Math.floor(requests * share ** 4) }));
const tuple = fc
  .tuple(arm, arm)
  .map(([canary, primary]): Tuple => [canary.bad, canary.requests, primary.bad, primary.requests]);
const tuples = fc.array(tuple, { minLength: 1, maxLength: 12 });

void describe('the anytime ratio check, whatever the counts', () => {
  void it('the order of windows is irrelevant', () => {
    fc.assert(
      fc.property(tuples, (windows) => {
        const [one, other] = [evidenceAfter(windows), evidenceAfter(windows.toReversed())];
        closeTo(one.worse, other.worse);
        closeTo(one.near, other.near);
      }),
    );
  });

  void it('cutting a window into pieces with the same share of requests changes nothing', () => {
    fc.assert(
      fc.property(tuple, fc.integer({ min: 2, max: 5 }), ([xc, nc, xp, np], pieces) => {
        const whole = evidenceAfter([[xc * pieces, nc * pieces, xp * pieces, np * pieces]]);
        const cut = evidenceAfter(Array.from({ length: pieces }, (): Tuple => [xc, nc, xp, np]));
        for (const part of ['worse', 'above', 'near', 'below'] as const) closeTo(whole[part], cut[part]);
      }),
    );
  });

  void it('a version without requests says nothing about the ratio; a canary without says nothing at all', () => {
    fc.assert(
      fc.property(tuple, ([xc, nc, xp, np]) => {
        assert.deepEqual(withWindow(NO_EVIDENCE, windowOf([0, 0, xp, np]), LIMITS), NO_EVIDENCE);
        const alone = withWindow(NO_EVIDENCE, windowOf([xc, nc, 0, 0]), LIMITS);
        assert.deepEqual(alone.worse, NO_EVIDENCE.worse);
        assert.deepEqual(alone.near, NO_EVIDENCE.near);
      }),
    );
  });

  void it('the stricter the reference, the more speaks against it', () => {
    fc.assert(
      fc.property(tuples, fc.double({ min: 1, max: 8, noNaN: true }), (windows, factor) => {
        const at = (reference: number) =>
          scoresOf(evidenceAfter(windows, { ...LIMITS, tolerated: reference, unacceptable: reference }));
        const [low, high] = [at(0.7), at(0.7 * factor)];
        assert.ok(low.worse >= high.worse - 1e-6);
        assert.ok(low.near <= high.near + 1e-6);
      }),
    );
  });

  void it('the interval holds the likeliest ratio, and shrinks as its promise does', () => {
    fc.assert(
      fc.property(tuples, (windows) => {
        const memory = windows.map(windowOf).reduce(remembering, NOTHING_REMEMBERED);
        const [wide, narrow] = [ratioInterval(memory, 0.01, 1), ratioInterval(memory, 0.2, 1)];
        assert.ok(wide.lower <= narrow.lower + 1e-9);
        assert.ok((wide.upper ?? Infinity) >= (narrow.upper ?? Infinity) - 1e-9);
        const likeliest = likeliestRatio(memory);
        if (likeliest === undefined) return;
        assert.ok(narrow.lower <= likeliest * 1.01 && likeliest <= (narrow.upper ?? Infinity) * 1.01);
      }),
    );
  });

  void it('the interval says what a test at each of its ends would', () => {
    fc.assert(
      fc.property(tuples, (windows) => {
        const memory = windows.map(windowOf).reduce(remembering, NOTHING_REMEMBERED);
        const { lower } = ratioInterval(memory, 0.05, 1);
        if (lower <= 1 / 64 || lower >= 64) return;
        const against = (tolerated: number) => scoresOf(evidenceAfter(windows, { ...LIMITS, tolerated })).worse;
        assert.ok(against(lower * 0.99) > Math.log(40) && against(lower * 1.01) < Math.log(40));
      }),
    );
  });

  void it('the state has the same size after ten thousand windows', () => {
    const window = windowOf([1, 300, 3, 2700]);
    let [evidence, memory, late] = [NO_EVIDENCE, NOTHING_REMEMBERED, NO_LATE_EVIDENCE];
    const size = () =>
      [evidence.worse, evidence.above, evidence.near, evidence.below, memory.sums, late.worse, late.above].map(
        ({ length }) => length,
      );
    const before = size();
    for (let i = 0; i < 10_000; i += 1) {
      evidence = withWindow(evidence, window, LIMITS);
      memory = remembering(memory, window);
      late = withLateWindow(late, window, LIMITS);
    }
    assert.deepEqual(size(), before);
    assert.ok([scoresOf(evidence).fail, scoresOf(evidence).pass, lateFailScore(late)].every(Number.isFinite));
  });

  void it('damping by the dispersion divides every logarithm', () => {
    fc.assert(
      fc.property(tuple, (counts) => {
        const [one, two] = [1, 2].map((dispersion) => evidenceOf(windowOf(counts), { ...LIMITS, dispersion }));
        closeTo(
          one?.worse ?? [],
          (two?.worse ?? []).map((x) => 2 * x),
        );
      }),
    );
  });

  for (const bad of [NaN, -1, Infinity]) {
    void it(`${bad} is no count`, () => {
      assert.throws(() => evidenceOf(windowOf([bad, 1, 1, 1]), LIMITS), RangeError);
    });
  }
});

void describe('the restartable form', () => {
  void it('is worth 1 before anything was seen, and after windows without requests', () => {
    assert.equal(lateFailScore(NO_LATE_EVIDENCE), 0);
    const seen = withLateWindow(NO_LATE_EVIDENCE, windowOf([0, 0, 3, 500]), LIMITS);
    assert.ok(Math.abs(lateFailScore(seen)) < 1e-12);
  });

  void it('finds what begins late sooner than the plain form', () => {
    const good = Array.from({ length: 40 }, (): Tuple => [15, 3000, 15, 3000]);
    const windowsUntil = (isOver: (windows: readonly Tuple[]) => boolean) => {
      for (let n = 1; n < 60; n += 1) {
        if (isOver([...good, ...Array.from({ length: n }, (): Tuple => [45, 3000, 15, 3000])])) return n;
      }
      return Infinity;
    };
    const limit = Math.log(100);
    const plain = windowsUntil((windows) => scoresOf(evidenceAfter(windows)).fail >= limit);
    const late = windowsUntil(
      (windows) =>
        lateFailScore(windows.map(windowOf).reduce((e, w) => withLateWindow(e, w, LIMITS), NO_LATE_EVIDENCE)) >= limit,
    );
    assert.ok(late < plain, `${late} windows, plain ${plain}`);
  });
});

function closeTo(one: readonly number[], other: readonly number[]): void {
  one.forEach((x, i) => {
    assert.ok(Math.abs(x - (other[i] ?? NaN)) <= 1e-7 * (1 + Math.abs(x)), `${x} and ${other[i]}`);
  });
}
