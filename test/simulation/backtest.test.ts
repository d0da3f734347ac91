import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readJudgement } from '../../src/crds/judgement.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import { backtest, type RecordedLook } from '../../src/simulation/backtest.js';

function policy(text: string) {
  const strategy = { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 } as const;
  const course = { strategy, provider: 'apisix', routed: true, metrics: [] };
  const read = readJudgement({ [JUDGEMENT_ANNOTATION]: text }, course);
  assert.ok(read.ok && read.judgement);
  return read.judgement;
}

/** Windows of a minute at weight 10, so many of the canary's 600 requests and of the primary's 5400 failed. */
function looks(count: number, canary: number, primary: number, more: Partial<RecordedLook> = {}): RecordedLook[] {
  return Array.from({ length: count }, (_, i) => ({
    weight: 10,
    window: { from: 60_000 * i, to: 60_000 * (i + 1) },
    counts: { errors: { canary: { requests: 600, bad: canary }, primary: { requests: 5400, bad: primary } } },
    dispersions: {},
    ...more,
  }));
}

void describe('past releases under another policy', () => {
  void it('one that was promoted although it was bad: rolled back, when that was proven, and why', () => {
    const found = backtest({ looks: looks(10, 15, 27), outcome: 'promoted' }, policy('preset: balanced'));
    assert.equal(found.end, 'rolled-back');
    assert.ok((found.seconds ?? 0) <= 180 && found.windows <= 3, JSON.stringify(found));
    assert.match(found.says, /^errors: the canary is bad 5 times as often as the primary/);
  });

  void it('one that was as good: promoted, or held until it is proven where that is asked for', () => {
    const good = { looks: looks(3, 3, 27), outcome: 'promoted' };
    assert.equal(backtest(good, policy('preset: quick')).end, 'promoted');
    assert.equal(backtest(good, policy('preset: careful')).end, 'waits');
    const longer = backtest({ looks: looks(60, 3, 27), outcome: 'promoted' }, policy('preset: careful'));
    assert.equal(longer.end, 'promoted');
    assert.ok((longer.provenAfter ?? 0) > 180);
  });

  void it('one that something else has ended before the evidence would have', () => {
    assert.equal(
      backtest({ looks: looks(3, 3, 27), outcome: 'rolled-back' }, policy('preset: balanced')).end,
      'goes-on',
    );
  });

  void it('failures that came in bursts weigh as little as they did', () => {
    const bursts = looks(4, 15, 27, { dispersions: { errors: 30 } });
    assert.equal(backtest({ looks: bursts, outcome: 'promoted' }, policy('preset: quick')).end, 'promoted');
    const said = policy('preset: quick\nerrors: { dispersion: 1 }');
    assert.equal(backtest({ looks: bursts, outcome: 'promoted' }, said).end, 'rolled-back');
  });

  void it('what nobody has counted is left out, and without any counts nothing is known', () => {
    const text = `preset: quick\ncounts: [{ name: checkouts, canary: { total: a, bad: b }, primary: { total: a, bad: b } }]`;
    const found = backtest({ looks: looks(10, 15, 27), outcome: 'promoted' }, policy(text));
    assert.deepEqual([found.end, found.uncounted], ['rolled-back', ['checkouts']]);
    assert.equal(backtest({ looks: [], outcome: 'promoted' }, policy(text)).end, 'unknown');
  });
});
