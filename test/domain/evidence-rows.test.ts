import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Judged, JudgedMetric } from '../../src/domain/decision/judged.js';
import { evidenceBar, evidenceRows, evidenceText } from '../../src/domain/narrative/evidence-rows.js';

const METRIC: JudgedMetric = {
  metric: 'errors',
  verdict: 'WAIT',
  ratio: 1.834,
  lower: 1.21,
  upper: 2.94,
  towardsFail: 0.42,
  towardsPass: 0,
  canary: { requests: 900, bad: 9 },
  primary: { requests: 8100, bad: 44 },
};
const JUDGED: Judged = { verdict: 'WAIT', metrics: [METRIC], heard: true, windows: 3, says: 'errors: little so far' };

describe('evidence, for people', () => {
  test('the ratio with its interval, as far as it is known', () => {
    const { upper: _upper, ...open } = METRIC;
    const { ratio: _ratio, ...none } = open;
    const metrics = [
      METRIC,
      open,
      none,
      { ...none, lower: 0 },
      { ...METRIC, metric: 'latency', edge: 0.25, ratio: 2.2, lower: 0 },
      { ...none, metric: 'latency', edge: 1.5 },
    ];
    assert.deepEqual(
      evidenceRows({ metrics }).map(({ metric, ratio }) => [metric, ratio]),
      [
        ['errors', '1.8× (1.2 to 2.9)'],
        ['errors', '1.8× (at least 1.2)'],
        ['errors', 'at least 1.2×'],
        ['errors', '-'],
        ['latency > 250 ms', '2.2×'],
        ['latency > 1.5 s', '-'],
      ],
    );
  });

  test('about how long a proof still takes, by what there is of it', () => {
    const window = { from: 0, to: 30_000 };
    const at = (towardsPass: number, windows = 10) =>
      evidenceText({ ...JUDGED, window, windows, metrics: [METRIC, { ...METRIC, towardsPass }].slice(-1) });
    assert.match(at(0.25), /so far, about 15 min more as it goes$/);
    assert.match(at(0.9), /about a minute more as it goes$/);
    assert.match(at(0.05), /little so far$/, 'too little to tell');
    assert.match(at(0.5, 1), /little so far$/, 'one window shows no pace');
    const { window: _window, ...unread } = { ...JUDGED, window };
    assert.match(evidenceText({ ...unread, windows: 10, metrics: [{ ...METRIC, towardsPass: 0.5 }] }), /so far$/);
  });

  test('what it says as a whole', () => {
    const texts = [
      JUDGED,
      { ...JUDGED, verdict: 'FAIL' as const, says: 'errors: too many' },
      { ...JUDGED, verdict: 'PASS' as const, windows: 1 },
      { ...JUDGED, passedOver: 'both-bad' as const, seen: 'both versions fail' },
      { ...JUDGED, unknown: 'the server is down' },
    ].map(evidenceText);
    assert.deepEqual(texts, [
      'not enough yet after 3 windows: errors: little so far',
      'against the canary: errors: too many',
      'the canary has proven itself after 1 window',
      "the last window didn't count: both versions fail",
      'not known after 3 windows: the server is down',
    ]);
  });

  test('as a bar', () => {
    assert.deepEqual([0, 0.42, 1].map(evidenceBar), ['░░░░░░░░░░ 0 %', '████░░░░░░ 42 %', '██████████ 100 %']);
  });
});
