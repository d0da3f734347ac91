import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorstMetrics } from '../../src/api/live/worst-metrics.js';
import type { OpenRun } from '../../src/api/releases/run.js';
import type { MetricResult } from '../../src/domain/findings.js';
import { worstOf } from '../../src/domain/narrative/worst.js';

const rate = (value: number): MetricResult => ({ metric: 'request-success-rate', ok: value >= 99, value, min: 99 });
const time = (value: number): MetricResult => ({ metric: 'request-duration', ok: value <= 500, value, max: 500 });

describe('the worst metric is the one with the least room to its limit', () => {
  const cases: readonly [string, readonly MetricResult[], string | undefined][] = [
    ['nothing was measured', [], undefined],
    ['nearer to the limit, of the room that there is', [rate(99.9), time(450)], 'request-duration'],
    ['a rate that has little left', [rate(99.05), time(250)], 'request-success-rate'],
    ['what has failed goes first', [time(499), rate(98)], 'request-success-rate'],
    ['of two that failed the farther beyond', [rate(98.9), time(5_000)], 'request-duration'],
    ['without a value', [{ metric: 'own', ok: false, max: 1 }, time(10)], 'request-duration'],
    ['without a limit', [{ metric: 'own', ok: true, value: 7 }], undefined],
    ['a limit of zero', [{ metric: 'errors', ok: true, value: 0, max: 0 }, time(10)], 'errors'],
    ['failed by its own rule though within', [{ ...time(10), ok: false }, rate(99.01)], 'request-duration'],
  ];
  for (const [name, metrics, worst] of cases) test(name, () => assert.equal(worstOf(metrics)?.metric, worst));
});

describe('workers are asked for it', () => {
  const run = (n: number, more: Partial<OpenRun> = {}): [string, OpenRun] => [
    `shop/cart-${n}`,
    { runId: `run-${n}`, by: 'ci', startedAt: new Date(0), ...more },
  ];

  test('once for a while, a few at a time, and no more of a run that waits for people', async () => {
    let [now, atOnce, most] = [0, 0, 0];
    const asked: string[] = [];
    const metrics = new WorstMetrics(
      'main',
      async ({ cluster, namespace, name }, runId) => {
        asked.push(`${cluster}/${namespace}/${name} ${runId}`);
        most = Math.max(most, (atOnce += 1));
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        return [rate(98)];
      },
      () => now,
    );
    const runs = new Map([run(0, { waiting: 'resume' }), ...Array.from({ length: 20 }, (_, n) => run(n + 1))]);
    assert.ok(metrics.lacks(runs.values()));
    await Promise.all([metrics.refresh(runs), metrics.refresh(runs)]);
    assert.equal(asked.length, 21);
    assert.equal(asked[1], 'main/shop/cart-1 run-1');
    assert.ok(most <= 4, String(most));
    assert.ok(!metrics.lacks(runs.values()));
    assert.equal(metrics.of(run(3)[1])?.value, 98);
    now = 9_999;
    await metrics.refresh(runs);
    assert.equal(asked.length, 21);
    now = 10_000;
    await metrics.refresh(runs);
    assert.equal(asked.length, 41, 'all but the one that waits');
  });

  test('one that does not answer is left out, and what has ended is forgotten', async () => {
    const metrics = new WorstMetrics(
      'main',
      (_, runId) => (runId === 'run-1' ? Promise.reject(new Error('no worker')) : Promise.resolve([rate(98)])),
      () => 0,
    );
    await metrics.refresh(new Map([run(1), run(2)]));
    assert.equal(metrics.of(run(1)[1]), undefined);
    assert.equal(metrics.of(run(2)[1])?.metric, 'request-success-rate');
    await metrics.refresh(new Map([run(1)]));
    assert.equal(metrics.of(run(2)[1]), undefined);
  });
});
