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
