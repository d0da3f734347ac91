import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatGoDuration, parseGoDuration } from '../../src/crds/duration.js';

describe('reading a Go duration', () => {
  const readable: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['0s', 0],
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['1h1m1s', 3_661_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['5.s', 5_000],
    ['+5s', 5_000],
    ['-10ms', -10],
    ['-0s', 0],
    ['250us', 0.25],
    ['250µs', 0.25],
    ['250μs', 0.25],
    ['7ns', 0.000007],
    ['0.07s', 70],
    ['30s1m', 90_000],
  ];
  for (const [text, milliseconds] of readable) {
    test(text, () => assert.equal(parseGoDuration(text), milliseconds));
  }

  for (const text of [
    '',
    '10',
    '10x',
    '1min',
    '1 m',
    's',
    '.s',
    '-',
    '1d',
    '1m 30s',
    '10S',
    '٣s',
    '9999999h',
    '1e3s',
  ]) {
    test(`not ${JSON.stringify(text)}`, () => assert.equal(parseGoDuration(text), undefined));
  }

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseGoDuration(text)));
  });
});

describe('printing a Go duration', () => {
  const printed: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [500, '500ms'],
    [1515, '1.515s'],
    [62_000, '1m2s'],
    [60_000, '1m0s'],
    [3_600_000, '1h0m0s'],
    [90_061_500, '25h1m1.5s'],
    [0.5, '500µs'],
    [0.0015, '1.5µs'],
    [0.000002, '2ns'],
    [1.25, '1.25ms'],
    [-1515, '-1.515s'],
    [999.9999999, '1s'],
  ];
  for (const [milliseconds, text] of printed) {
    test(text, () => assert.equal(formatGoDuration(milliseconds), text));
  }

  test('what was printed reads the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e9, max: 8.64e9 }), (milliseconds) => {
        assert.equal(parseGoDuration(formatGoDuration(milliseconds)), milliseconds);
      }),
    );
  });

  test('what was printed reads the same, down to the nanosecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (nanoseconds) => {
        assert.equal(parseGoDuration(formatGoDuration(nanoseconds / 1e6)), nanoseconds / 1e6);
      }),
    );
  });
});
