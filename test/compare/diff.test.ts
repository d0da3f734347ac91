import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff, objectDiff } from '../../scripts/compare/diff.js';
import { titleOfLine } from '../../scripts/compare/normalise.js';

const text = (differences: ReturnType<typeof diff>) => differences.map(({ mark, line }) => mark + line);

test('what both have is kept in order, the rest belongs to one side', () => {
  assert.deepEqual(text(diff(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e'])), [' a', '-b', '+x', ' c', ' d', '+e']);
  assert.deepEqual(text(diff([], ['a'])), ['+a']);
  assert.deepEqual(text(diff(['a'], [])), ['-a']);
  assert.deepEqual(text(diff(['a', 'a'], ['a'])), [' a', '-a']);
});

test('an object that only one side has is one line', () => {
  const ours = ['Lease/x a = 1', 'Lease/x b = 2', 'Service/y a = 2'];
  assert.deepEqual(text(objectDiff(['Service/y a = 1'], ours, titleOfLine)), [
    '+Lease/x (the whole object)',
    '-Service/y a = 1',
    '+Service/y a = 2',
  ]);
});
