import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measured, number, percent, range } from '../src/format/numbers.js';
import { ago, duration, spans, dateAndTime, withLocalTimes } from '../src/format/times.js';

describe('numbers', () => {
  test('have the unit of their metric, where it is known', () => {
    assert.equal(measured('request-success-rate', 99.4567, 'en'), '99.46%');
    assert.equal(measured('request-duration', 1234.56, 'en'), '1,234.6 ms');
    assert.equal(measured('my-metric', 0.001234, 'en'), '0.001234');
  });

  test('are written as the language has them', () => {
    assert.equal(number(1234.5, 'de'), '1.234,5');
    assert.equal(percent(12.34, 'zh-CN'), '12.3%');
  });

  test('have bounds, one or two', () => {
    assert.equal(range('request-success-rate', { min: 99 }, 'en'), '≥ 99%');
    assert.equal(range('request-duration', { min: 1, max: 500 }, 'en'), '≥ 1 ms, ≤ 500 ms');
    assert.equal(range('request-duration', {}, 'en'), '');
  });
});

describe('durations', () => {
  test('are told in their two largest units', () => {
    assert.deepEqual(spans(0), [{ value: 0, unit: 'second' }]);
    assert.deepEqual(spans(59.9), [{ value: 59, unit: 'second' }]);
    assert.deepEqual(spans(3_600), [{ value: 1, unit: 'hour' }]);
    assert.deepEqual(spans(90_061), [
      { value: 1, unit: 'day' },
      { value: 1, unit: 'hour' },
    ]);
    assert.deepEqual(spans(-5), [{ value: 0, unit: 'second' }]);
  });

  test('are written as the language has them', () => {
    assert.equal(duration(252, 'en'), '4m 12s');
    assert.equal(duration(252, 'zh-CN'), '4分钟 12秒');
  });
});

test('what was is told from now; a clock that is ahead makes nothing come', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  assert.equal(ago('2026-01-01T11:57:00Z', now, 'en'), '3 minutes ago');
  assert.equal(ago('2026-01-01T12:00:05Z', now, 'en'), 'now');
  assert.equal(ago('2026-01-01T11:57:00Z', now, 'zh-CN'), '3分钟前');
});

test('times in the server’s texts are shown as all others are', () => {
  const text = 'paused by ana since 2026-01-31T12:00:07Z: see 2026-01-30T12:00:00Z';
  const now = Date.parse('2026-01-31T12:30:00Z');
  const local = new Date('2026-01-31T12:00:07Z').toLocaleTimeString('en-GB');
  assert.equal(
    withLocalTimes(text, 'en-GB', now),
    `paused by ana since ${local}: see ${dateAndTime('2026-01-30T12:00:00Z', 'en-GB')}`,
  );
});
