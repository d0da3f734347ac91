import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonIn, withoutKeys } from '../../src/http/answers.js';

test('keys and tokens are left out of a text, names and numbers are not', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['the key AKIAIOSFODNN7EXAMPLE is wrong', 'the key *** is wrong'],
    ['wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY==', '***'],
    ['AKIAIOSFODNN7EXAMPL', 'AKIAIOSFODNN7EXAMPL'],
    ['a name as long as internationalisation is none', 'a name as long as internationalisation is none'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['12345678901234567890x', '***'],
    ['x1234567890+1234567890', '***'],
  ];
  for (const [text, shown] of texts) assert.equal(withoutKeys(text), shown);
});

test('an answer of nothing but letters is read in no time', () => {
  const began = performance.now();
  for (const run of ['a', '1', '+']) {
    const body = run.repeat(512 * 1024);
    assert.equal(reasonIn(body), body.slice(0, 4_000));
  }
  // Looking ahead from each letter takes minutes.
  assert.ok(performance.now() - began < 10_000);
});
