import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf } from '../../src/archive/changes.js';

const template = (image: string, env: readonly object[] = []) => ({
  metadata: { labels: { app: 'podinfo' } },
  spec: {
    containers: [
      { name: 'podinfod', image, env },
      { name: 'proxy', image: 'proxy:1' },
    ],
  },
});

test('the same templates differ nowhere', () => {
  assert.deepEqual(changesOf(template('a:1'), template('a:1')), []);
});

test('containers and variables are known by their names, wherever they stand', () => {
  const before = template('a:1', [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ]);
  const after = template('a:2', [
    { name: 'C', value: '3' },
    { name: 'B', value: '2' },
  ]);
  assert.deepEqual(changesOf(before, after), [
    { path: 'spec.containers[podinfod].image', before: 'a:1', after: 'a:2' },
    { path: 'spec.containers[podinfod].env[A]', before: { name: 'A', value: '1' } },
    { path: 'spec.containers[podinfod].env[C]', after: { name: 'C', value: '3' } },
  ]);
});

test('lists without names go by position', () => {
  assert.deepEqual(changesOf({ args: ['a', 'b'] }, { args: ['a', 'c', 'd'] }), [
    { path: 'args[1]', before: 'b', after: 'c' },
    { path: 'args[2]', after: 'd' },
  ]);
});

test('an empty field is none, as for the API server', () => {
  assert.deepEqual(changesOf({ a: {}, b: null }, { c: [] }), []);
});
