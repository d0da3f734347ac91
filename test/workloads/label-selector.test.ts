import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selects } from '../../src/kubernetes/objects/label-selector.js';

const LABELS = { app: 'cart', tier: 'web' };

const CASES: readonly (readonly [string, Parameters<typeof selects>[0], boolean])[] = [
  ['nothing where there is no selector', undefined, false],
  ['everything by an empty one', {}, true],
  ['by all labels of matchLabels', { matchLabels: { app: 'cart', tier: 'web' } }, true],
  ['not by one that differs', { matchLabels: { app: 'cart', tier: 'db' } }, false],
  ['not by one that is missing', { matchLabels: { zone: 'a' } }, false],
  ['not by what every object has', { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false],
  ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['cart', 'shop'] }] }, true],
  ['In, of others', { matchExpressions: [{ key: 'app', operator: 'In', values: ['shop'] }] }, false],
  ['NotIn', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['shop'] }] }, true],
  [
    'NotIn, where the label is missing',
    { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] },
    true,
  ],
  ['NotIn, of its own', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['cart'] }] }, false],
  ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  [
    'both parts must hold',
    { matchLabels: { app: 'cart' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['db'] }] },
    false,
  ],
];

for (const [what, selector, expected] of CASES) {
  test(`a label selector: ${what}`, () => {
    assert.equal(selects(selector, LABELS), expected);
  });
}
