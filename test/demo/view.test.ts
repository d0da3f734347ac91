import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clock, judged, milliseconds, percent, shareOf, successRate } from '../../demo/screen/view.js';
import { ANALYSIS, view } from './fixtures.js';

const NOBODY = { requests: 0, failed: 0, byVersion: new Map<string, number>(), p99Ms: undefined };

test('shares and rates are percents; of nothing there are none', () => {
  const { recent } = view();
  assert.equal(shareOf('6.0.1', recent), 20);
  assert.equal(shareOf('6.0.9', recent), 0);
  assert.equal(shareOf('6.0.1', NOBODY), undefined);
  assert.equal(successRate({ ...recent, failed: 50 }), 75);
  assert.equal(successRate(NOBODY), undefined);
});

describe('what the last analysis said', () => {
  test('of each metric, with the range it must be in', () => {
    assert.deepEqual(judged(ANALYSIS, 'request-success-rate'), { value: 100, ok: true, range: '≥ 99%' });
    assert.deepEqual(judged(ANALYSIS, 'request-duration'), { value: 42, ok: true, range: '≤ 500 ms' });
  });

  test('both ends of a range, or none', () => {
    const [metric] = ANALYSIS.metrics;
    assert.ok(metric);
    const with_ = (range: object) => ({ ...ANALYSIS, metrics: [{ ...metric, min: undefined, ...range }] });
    assert.equal(judged(with_({ min: 95, max: 100 }), 'request-success-rate')?.range, '≥ 95%, ≤ 100%');
    assert.equal(judged(with_({}), 'request-success-rate')?.range, '');
  });

  test('nothing, where it did not come so far', () => {
    assert.equal(judged(undefined, 'request-duration'), undefined);
    assert.equal(judged({ ...ANALYSIS, metrics: [] }, 'request-duration'), undefined);
  });
});

test('times and numbers are short, and whole where nobody needs more', () => {
  assert.deepEqual([0, 7.9, 67, 750, 3600].map(clock), ['0:00', '0:07', '1:07', '12:30', '60:00']);
  assert.deepEqual([percent(99.987), percent(100, 0), percent(undefined)], ['99.99%', '100%', '–']);
  assert.deepEqual([milliseconds(9.94), milliseconds(10.4), milliseconds(undefined)], ['9.9 ms', '10 ms', '–']);
});
