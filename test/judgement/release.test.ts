import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { poisson, randomFrom } from '../../src/judgement/random.js';
import type { Rules } from '../../src/judgement/rules.js';
import {
  judge,
  NOTHING_SHOWN,
  weigh,
  type Judgement,
  type ReleaseEvidence,
  type ReleaseWindow,
} from '../../src/judgement/release.js';
import { inWords, passedOverInWords } from '../../src/judgement/words.js';
import { BUDGETS, LIMITS } from './ratio.js';

const RULES: Rules = {
  budgets: BUDGETS,
  metrics: [{ name: 'errors', share: 1, limits: LIMITS }],
  tripwire: { share: 0.5, requests: 20 },
  split: { tolerance: 0.25, budget: 0.001 },
};

function windowAt(weight: number, canary: readonly [bad: number, all: number], primary: readonly [number, number]) {
  const arms = {
    canary: { bad: canary[0], requests: canary[1] },
    primary: { bad: primary[0], requests: primary[1] },
  };
  const requests = { canary: canary[1], primary: primary[1] };
  return { weight, requests, counts: { errors: arms } } satisfies ReleaseWindow;
}

function after(windows: readonly ReleaseWindow[], rules = RULES) {
  let [evidence, judgement] = [NOTHING_SHOWN, undefined as Judgement | undefined];
  for (const window of windows) ({ evidence, judgement } = judge(evidence, window, rules));
  assert.ok(judgement);
  return { evidence, judgement };
}

const said = ({ windows }: ReleaseEvidence) => ({ counts: {}, windows });

void describe('a release, window by window', () => {
  void it('a regression is found, and said in words', () => {
    const windows = [1, 2, 3].map(() => windowAt(10, [15, 300], [13, 2700]));
    const { judgement, evidence } = after(windows);
    assert.equal(judgement.verdict, 'FAIL');
    assert.equal(evidence.windows, 3);
    assert.match(
      inWords(judgement, RULES, said(evidence)),
      /^errors: the canary is bad 10 times as often as the primary \(between [3-6]\.?\d? and \d\d\), limit 1\.25, after 3 windows$/,
    );
  });

  void it('three windows of 5 % errors at weight 10 and a hundred requests a second are enough', () => {
    const random = randomFrom(1);
    for (let run = 0; run < 100; run += 1) {
      const windows = [1, 2, 3].map(() => windowAt(10, [poisson(random, 15), 300], [poisson(random, 13.5), 2700]));
      assert.equal(after(windows).judgement.verdict, 'FAIL');
    }
  });

  void it('a canary as good as the primary is never rolled back, and proven', () => {
    const random = randomFrom(2);
    const [runs, verdicts] = [200, { FAIL: 0, PASS: 0, WAIT: 0 }];
    for (let run = 0; run < runs; run += 1) {
      let [evidence, verdict] = [NOTHING_SHOWN, 'WAIT' as Judgement['verdict']];
      for (let i = 0; i < 60 && verdict === 'WAIT'; i += 1) {
        const weight = [5, 10, 20, 30, 50, 50][Math.floor(i / 10)] ?? 50;
        const mine = weight * 30;
        const window = windowAt(
          weight,
          [poisson(random, mine * 0.005), mine],
          [poisson(random, (3000 - mine) * 0.005), 3000 - mine],
        );
        const looked = weigh(evidence, window, RULES);
        [evidence, verdict] = [looked.evidence, looked.weighed.verdict];
      }
      verdicts[verdict] += 1;
    }
    assert.deepEqual(verdicts, { FAIL: 0, PASS: runs, WAIT: 0 });
  });

  void it('an outage that hits both versions is nobody’s fault, and counts for nothing', () => {
    const { judgement, evidence } = after([windowAt(10, [250, 300], [2300, 2700])]);
    assert.deepEqual([judgement.verdict, judgement.passedOver], ['WAIT', 'both-bad']);
    assert.deepEqual([evidence.windows, evidence.passedOver], [0, 1]);
    assert.deepEqual(evidence.metrics, {});
    assert.match(passedOverInWords(judgement, { canary: 300, primary: 2700 }, 10) ?? '', /not the canary’s doing/);
  });

  void it('a lesser outage of both cancels in the ratio', () => {
    const random = randomFrom(3);
    for (let run = 0; run < 40; run += 1) {
      const windows = Array.from({ length: 20 }, (_, i) => {
        const rate = i === 10 ? 0.2 : 0.005;
        return windowAt(10, [poisson(random, 300 * rate), 300], [poisson(random, 2700 * rate), 2700]);
      });
      assert.notEqual(after(windows).judgement.verdict, 'FAIL');
    }
  });

  void it('a canary that fails at once needs no statistics', () => {
    const window = windowAt(10, [15, 20], [0, 180]);
    const { judgement } = after([window]);
    assert.deepEqual([judgement.verdict, judgement.tripped], ['FAIL', 'errors']);
    assert.equal(
      inWords(judgement, RULES, { counts: window.counts, windows: 1 }),
      'errors: 15 of 20 requests to the canary were bad in one window',
    );
  });

  void it('traffic that did not move counts for nothing until it does', () => {
    const off = windowAt(10, [0, 0], [3, 3000]);
    const first = after([off]);
    assert.equal(first.judgement.passedOver, 'split');
    assert.equal(passedOverInWords(first.judgement, off.requests, 10), 'the canary got 0 % of 3000 requests, not 10 %');
    const { judgement, evidence } = after([off, windowAt(10, [1, 310], [3, 2690])]);
    assert.equal(judgement.passedOver, undefined);
    assert.equal(evidence.windows, 1);
  });

  void it('a new weight counts its requests anew', () => {
    const { judgement } = after([windowAt(10, [0, 300], [3, 2700]), windowAt(50, [2, 1500], [2, 1500])]);
    assert.equal(judgement.passedOver, undefined);
  });

  void it('so few requests say nothing, and never roll back', () => {
    const { judgement } = after([windowAt(10, [1, 3], [0, 27])]);
    assert.equal(judgement.verdict, 'WAIT');
    assert.match(inWords(judgement, RULES, { counts: {}, windows: 1 }), /3 requests to the canary so far/);
  });

  void it('of several metrics one is enough to fail, and all must pass', () => {
    const rules: Rules = {
      ...RULES,
      metrics: ['errors', 'checkouts'].map((name) => ({ name, share: 0.5, limits: LIMITS })),
    };
    const window = (bad: number): ReleaseWindow => {
      const good = windowAt(50, [0, 3000], [0, 3000]);
      const arms = { canary: { requests: 3000, bad }, primary: { requests: 3000, bad: 3 } };
      return { ...good, counts: { ...good.counts, checkouts: arms } };
    };
    const bad = after([window(60)], rules).judgement;
    assert.deepEqual([bad.verdict, bad.metrics.map(({ verdict }) => verdict)], ['FAIL', ['WAIT', 'FAIL']]);
    assert.match(inWords(bad, rules, { counts: {}, windows: 1 }), /^checkouts: /);
    const some = after([window(3), window(3)], rules).judgement;
    assert.deepEqual([some.verdict, some.metrics.map(({ verdict }) => verdict)], ['WAIT', ['PASS', 'WAIT']]);
    const all = after(
      Array.from({ length: 15 }, () => window(3)),
      rules,
    ).judgement;
    assert.deepEqual([all.verdict, all.metrics.map(({ verdict }) => verdict)], ['PASS', ['PASS', 'PASS']]);
  });

  const SLOW: Rules = {
    ...RULES,
    metrics: [
      { name: 'errors', share: 0.5, limits: LIMITS },
      { name: 'latency', share: 0.5, limits: { ...LIMITS, floor: 0.01 }, byEdges: true },
    ],
  };
  const EDGES = [0.1, 0.25, 1];

  /** @param slow bad requests of the canary's at each edge; the primary's are 40, 10 and 1 % */
  const slowly = (slow: readonly number[]): ReleaseWindow => ({
    ...windowAt(50, [0, 1000], [0, 1000]),
    latency: {
      edges: EDGES,
      canary: { requests: 1000, slower: slow },
      primary: { requests: 1000, slower: [400, 100, 10] },
    },
  });

  void it('a canary that is slower is found, and the edge said at which that shows most', () => {
    const { judgement, evidence } = after([slowly([480, 220, 15]), slowly([480, 220, 15])], SLOW);
    assert.deepEqual([judgement.verdict, judgement.metrics.map(({ verdict }) => verdict)], ['FAIL', ['WAIT', 'FAIL']]);
    const [, latency] = judgement.metrics;
    assert.deepEqual([latency?.edge, latency?.ratio], [0.25, 2.2]);
    assert.equal(
      inWords(judgement, SLOW, said(evidence)),
      'latency: 22 % of the canary’s requests took longer than 250 ms, 10 % of the primary’s, after 2 windows',
    );
    assert.deepEqual(JSON.parse(JSON.stringify(evidence)), evidence);
  });

  void it('one that is as fast isn’t, and is proven at every edge', () => {
    const { judgement } = after(
      Array.from({ length: 20 }, () => slowly([400, 100, 10])),
      SLOW,
    );
    assert.deepEqual([judgement.verdict, judgement.metrics[1]?.verdict], ['PASS', 'PASS']);
  });

  void it('one that turns slow late is found nearly as soon as one that was slow from the start', () => {
    const foundAfter = (good: number) => {
      let [evidence, is, windows] = [NOTHING_SHOWN, 'WAIT', 0];
      for (let i = 0; i < good; i += 1) evidence = weigh(evidence, slowly([400, 100, 10]), SLOW).evidence;
      for (; is !== 'FAIL' && windows < 60; windows += 1) {
        const looked = weigh(evidence, slowly([480, 220, 15]), SLOW);
        [evidence, is] = [looked.evidence, looked.weighed.verdict];
      }
      return windows;
    };
    const [atOnce, late] = [foundAfter(0), foundAfter(100)];
    assert.ok(late <= atOnce + 3, `${atOnce}, ${late}`);
  });

  void it('what was remembered of latency before goes on without evidence of late trouble', () => {
    const { evidence } = after([slowly([400, 100, 10])], SLOW);
    const { late: _late, ...latency } = evidence.latency ?? assert.fail();
    const looked = weigh({ ...evidence, latency }, slowly([400, 100, 10]), SLOW);
    assert.deepEqual(
      looked.evidence.latency?.late?.map(({ windows }) => windows),
      [1, 1, 1],
    );
  });

  void it('where latency could not be counted it proves nothing, and fails nobody', () => {
    const { judgement } = after(
      Array.from({ length: 40 }, () => windowAt(50, [0, 1000], [0, 1000])),
      SLOW,
    );
    assert.deepEqual([judgement.verdict, judgement.metrics.map(({ verdict }) => verdict)], ['WAIT', ['PASS', 'WAIT']]);
  });

  void it('what is kept of latency stays of a fixed size, and edges don’t change under way', () => {
    const sizes = [1, 100].map((n) => {
      const windows = Array.from({ length: n }, () => slowly([401, 99, 11]));
      return JSON.stringify(after(windows, SLOW).evidence).length;
    });
    assert.ok((sizes[1] ?? NaN) < 1.2 * (sizes[0] ?? NaN), `${sizes.join(' and ')}`);
    const { evidence } = after([slowly([1, 1, 1])], SLOW);
    const other = slowly([1, 1, 1]);
    assert.ok(other.latency);
    const changed = { ...other, latency: { ...other.latency, edges: [1, 2, 3] } };
    assert.throws(() => judge(evidence, changed, SLOW), RangeError);
  });

  void it('a metric without counts in a window has none of its evidence changed', () => {
    const { evidence } = after([windowAt(10, [3, 300], [3, 2700])]);
    const next = judge(evidence, { ...windowAt(10, [0, 300], [0, 2700]), counts: {} }, RULES);
    assert.deepEqual(next.evidence.metrics, evidence.metrics);
  });

  void it('what is kept of a release is JSON of a fixed size', () => {
    const sizes = [1, 100].map((n) => {
      const windows = Array.from({ length: n }, () => windowAt(10, [2, 307], [13, 2693]));
      return JSON.stringify(after(windows).evidence).length;
    });
    assert.ok((sizes[1] ?? NaN) < 1.15 * (sizes[0] ?? NaN), `${sizes.join(' and ')}`);
    assert.ok((sizes[1] ?? NaN) < 2_000, `${sizes[1]}`);
    const { evidence } = after([windowAt(10, [2, 307], [13, 2693])]);
    assert.deepEqual(JSON.parse(JSON.stringify(evidence)), evidence);
  });
});

void describe('a canary that turns bad late', () => {
  /** Windows after which a canary is rolled back that was good for `good` windows. */
  const foundAfter = (good: number) => {
    let [evidence, windows] = [NOTHING_SHOWN, 0];
    for (let i = 0; i < good; i += 1) evidence = weigh(evidence, windowAt(10, [2, 300], [14, 2700]), RULES).evidence;
    for (let is = 'WAIT'; is !== 'FAIL' && windows < 60; windows += 1) {
      const looked = weigh(evidence, windowAt(10, [8, 300], [14, 2700]), RULES);
      [evidence, is] = [looked.evidence, looked.weighed.verdict];
    }
    return windows;
  };

  void it('how good it was hardly covers it', () => {
    const [atOnce, late] = [foundAfter(0), foundAfter(100)];
    assert.ok(atOnce <= 2, `${atOnce}`);
    // It takes ten without evidence of every window being the first bad one.
    assert.ok(late <= atOnce + 3, `${late}`);
  });

  void it('what was remembered before goes on without it', () => {
    const { evidence } = weigh(NOTHING_SHOWN, windowAt(10, [2, 300], [14, 2700]), RULES);
    const { late: _late, ...errors } = evidence.metrics['errors'] ?? assert.fail();
    const older = { ...evidence, metrics: { errors } };
    const looked = weigh(older, windowAt(10, [15, 300], [13, 2700]), RULES);
    assert.equal(looked.evidence.windows, 2);
    assert.equal(looked.evidence.metrics['errors']?.late?.windows, 1);
  });
});
