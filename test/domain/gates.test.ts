import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isNews } from '../../src/domain/change.js';
import type { Change } from '../../src/domain/state.js';
import { FAILING, Model, policyWith } from './model.js';

const OPENED: Change = { id: 'g1', kind: 'gate', by: 'load tester', reason: 'gate opened' };

/** A release that stands at a closed gate, right after it was asked. */
function atGate(gate: 'confirm-rollout' | 'confirm-traffic-increase' | 'confirm-promotion'): {
  model: Model;
  asked: () => number;
  open: () => void;
} {
  const model = new Model({ policy: policyWith({ intervalSeconds: 600, hooks: { [gate]: ['ask'] } }) });
  let isOpen = false;
  let asked = 0;
  model.answer = () => {
    asked += 1;
    return { results: [{ hook: 'ask', ok: isOpen }] };
  };
  for (let turn = 0; turn < 500 && !model.state.gate; turn += 1) model.run(1);
  assert.equal(model.state.gate?.gate, gate);
  return { model, asked: () => asked, open: () => (isOpen = true) };
}

describe('a gate that is opened elsewhere', () => {
  for (const gate of ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const) {
    test(`${gate}: is asked at once, not at the next interval`, () => {
      const { model, open } = atGate(gate);
      const before = model.now;
      open();
      model.send({ type: 'submitted', change: OPENED });
      for (let turn = 0; turn < 3 && model.state.gate; turn += 1) model.run(1);
      assert.equal(model.state.gate, undefined);
      assert.equal(model.now, before, 'no time has passed');
    });
  }

  test('lets nothing through that has not passed a check', () => {
    const { model, open } = atGate('confirm-promotion');
    open();
    model.analysis = () => FAILING;
    model.send({ type: 'submitted', change: OPENED });
    model.run(3);
    assert.equal(model.state.failedChecks, 1);
    assert.notEqual(model.state.phase, 'Promoting');
  });

  test('that is closed again by then stays closed', () => {
    const { model, asked } = atGate('confirm-rollout');
    const before = asked();
    model.send({ type: 'submitted', change: OPENED });
    model.run(3);
    assert.equal(asked(), before + 1);
    assert.equal(model.state.gate?.gate, 'confirm-rollout');
  });

  test('makes a release without gates look again, and nothing more', () => {
    const model = new Model({ policy: policyWith({ intervalSeconds: 600 }) });
    for (let turn = 0; turn < 100 && model.state.weight === 0; turn += 1) model.run(1);
    const { weight, checkDueAt } = model.state;
    model.send({ type: 'submitted', change: OPENED });
    model.run(2);
    assert.deepEqual([model.state.weight, model.state.checkDueAt], [weight, checkDueAt]);
  });

  test('is no reason for a run of its own', () => {
    assert.equal(isNews(new Model().run().state, OPENED), false);
  });
});
