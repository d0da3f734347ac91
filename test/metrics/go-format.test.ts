import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatFixed, formatFloat } from '../../src/metrics/go-format.js';

/** As Go prints them with `%v` and `%.2f`. */
const PRINTED: readonly (readonly [value: number, shortest: string, twoPlaces: string])[] = [
  [0, '0', '0.00'],
  [-0, '-0', '-0.00'],
  [99, '99', '99.00'],
  [0.5, '0.5', '0.50'],
  [99.9, '99.9', '99.90'],
  [99.995, '99.995', '100.00'],
  [-0.001, '-0.001', '-0.00'],
  [0.005, '0.005', '0.01'],
  [0.125, '0.125', '0.12'],
  [0.375, '0.375', '0.38'],
  [1.005, '1.005', '1.00'],
  [2.675, '2.675', '2.67'],
  [100_000, '100000', '100000.00'],
  [999_999, '999999', '999999.00'],
  [1e6, '1e+06', '1000000.00'],
  [1_234_567, '1.234567e+06', '1234567.00'],
  [123_456_789, '1.23456789e+08', '123456789.00'],
  [1.5e21, '1.5e+21', '1500000000000000000000.00'],
  [0.0001, '0.0001', '0.00'],
  [0.000012345, '1.2345e-05', '0.00'],
  [1e-7, '1e-07', '0.00'],
  [5e-324, '5e-324', '0.00'],
  [Infinity, '+Inf', '+Inf'],
  [-Infinity, '-Inf', '-Inf'],
  [NaN, 'NaN', 'NaN'],
];

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('numbers as Go prints them', () => {
  for (const [value, shortest, twoPlaces] of PRINTED) {
    test(`${Object.is(value, -0) ? '-0' : value}`, () => {
      assert.equal(formatFloat(value), shortest);
      assert.equal(formatFixed(value, 2), twoPlaces);
    });
  }

  test('other numbers of places', () => {
    assert.equal(formatFixed(2.5, 0), '2');
    assert.equal(formatFixed(3.5, 0), '4');
    assert.equal(formatFixed(0.1, 20), '0.10000000000000000555');
    assert.equal(formatFixed(1.5, 6), '1.500000');
  });

  test('the shortest form reads back as the very number', () => {
    fc.assert(fc.property(finite, (value) => Object.is(Number(formatFloat(value)), value)));
  });

  test('the shortest form has an exponent exactly where Go has one', () => {
    fc.assert(
      fc.property(finite, (value) => {
        const small = value !== 0 && Math.abs(value) < 1e-4;
        assert.equal(formatFloat(value).includes('e'), small || Math.abs(value) >= 1e6);
      }),
    );
  });

  test('fixed places: the exact decimal number, rounded, halves to even', () => {
    /** Enough for every value below to be written out in full. */
    const ALL = 40;
    const numerator = fc.oneof(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 0, max: 2 ** 50 }));
    fc.assert(
      fc.property(numerator, fc.nat(ALL), fc.nat(12), (n, power, places) => {
        const value = n / 2 ** power;
        const exact = BigInt(value.toFixed(ALL).replace('.', ''));
        const unit = 10n ** BigInt(ALL - places);
        const twice = (exact % unit) * 2n;
        const below = exact / unit;
        const up = twice > unit || (twice === unit && below % 2n === 1n);
        const text = formatFixed(value, places);
        assert.match(text, places === 0 ? /^\d+$/ : new RegExp(`^\\d+\\.\\d{${places}}$`));
        assert.equal(BigInt(text.replace('.', '')), up ? below + 1n : below);
      }),
    );
  });
});
