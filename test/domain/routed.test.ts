import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinceRouted } from '../../src/domain/decision/routed.js';
import { Model, PASSING } from './model.js';

/** A run that has just been sent to weight 10. */
function advanced() {
  const m = new Model();
  m.analysis = () => PASSING;
  let before = m.state;
  m.before = () => {
    if (m.weights?.canary === 0) before = m.state;
  };
  while (m.weights?.canary !== 10) m.run(1);
  return { before, next: m.state };
}

test('a weight stands since its route was written, and is looked at a whole interval after that', () => {
  const { before, next } = advanced();
  const at = next.weightSince + 150;
  const routed = sinceRouted(before, next, at);
  assert.equal(routed.weightSince, at);
  assert.equal(routed.checkDueAt, at + 10_000);
  assert.deepEqual(routed.waiting, { for: 'tick', at: at + 10_000 });
});

test('a decision that changes no weight, and a clock that runs back, change nothing', () => {
  const { before, next } = advanced();
  assert.equal(sinceRouted(next, next, next.weightSince + 150), next);
  assert.equal(sinceRouted(before, next, next.weightSince - 1), next);
});
