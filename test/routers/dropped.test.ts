import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropped } from '../../src/routers/shared/dropped.js';

test('what a server has dropped is found, wherever it was', () => {
  const wanted = { routes: [{ conditions: [{ prefix: '/' }, { header: { name: 'x', regex: 'a' } }], weight: 0 }] };
  assert.equal(dropped(wanted, structuredClone(wanted), 'spec'), undefined);
  const cut = { routes: [{ conditions: [{ prefix: '/' }, { header: { name: 'x' } }], weight: 0 }] };
  assert.equal(dropped(wanted, cut, 'spec'), 'spec.routes[0].conditions[1].header.regex');
  assert.equal(dropped(wanted, { routes: [] }), 'routes[0]');
  assert.equal(dropped(wanted, {}), 'routes');
  assert.equal(dropped(wanted, undefined, 'spec'), 'spec');
});

test('what a server has filled in is none of it, nor is what was not there', () => {
  assert.equal(dropped({ count: undefined, list: [{ a: 1 }] }, { list: [{ a: 1, b: 2 }], more: 'x' }), undefined);
});

test('another value is not the one that was wanted', () => {
  assert.equal(dropped({ weight: 10 }, { weight: 20 }, 'spec'), 'spec.weight');
});
