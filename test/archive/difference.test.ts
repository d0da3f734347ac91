import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from '../../src/archive/difference.js';

const container = (name: string, image: string) => ({ name, image, env: [{ name: 'MODE', value: image }] });

test('containers are compared by name, wherever they stand', () => {
  const a = { spec: { containers: [container('cart', '1'), container('log', '1')] } };
  const b = { spec: { containers: [container('log', '1'), container('cart', '2')] } };
  assert.deepEqual(differences(a, b), [
    { path: 'spec.containers[cart].image', a: '1', b: '2' },
    { path: 'spec.containers[cart].env[MODE].value', a: '1', b: '2' },
  ]);
});

test('what only one has is returned whole; lists without names go by position', () => {
  const a = { args: ['x', 'y'], 'a.b/c': 1, gone: { deep: true }, same: [1] };
  const b = { args: ['x', 'z', 'new'], 'a.b/c': null, same: [1] };
  assert.deepEqual(differences(a, b), [
    { path: 'args[1]', a: 'y', b: 'z' },
    { path: 'args[2]', b: 'new' },
    { path: '"a.b/c"', a: 1, b: null },
    { path: 'gone', a: { deep: true } },
  ]);
});

test('a list and an object, or two with the same name, don’t confuse it', () => {
  assert.deepEqual(differences({ x: [] }, { x: {} }), [{ path: 'x', a: [], b: {} }]);
  const doubled = [{ name: 'a' }, { name: 'a', more: 1 }];
  assert.deepEqual(differences(doubled, [{ name: 'a' }]), [{ path: '[1]', a: { name: 'a', more: 1 } }]);
  assert.deepEqual(differences(undefined, undefined), []);
});
