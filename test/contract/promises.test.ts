import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith, V1 } from '../domain/model.js';

// Section 10.3 of the contract: what Flagger's documentation promises, where no other test shows it.

for (const of of ['canary', 'primary'] as const) {
  test(`10.3: while the ${of} scales, the weight stays where it is`, () => {
    const m = new Model({
      policy: policyWith({ strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 } }),
    });
    m.deadlineSeconds = 3600;
    m.analysis = () => PASSING;
    const ready = (seconds: number | undefined) => {
      if (of === 'canary') m.canaryReadySeconds = seconds;
      else m.primaryReadySeconds = seconds;
    };
    let since: number | undefined;
    m.before = () => {
      if (m.weights?.canary !== 20) return;
      if (of === 'primary') m.primaryRolledAt = since ?? m.now;
      since ??= m.now;
      ready(m.now - since < 300_000 ? undefined : 0);
    };
    const stood: number[] = [];
    const { before } = m;
    let last = { weight: 0, at: m.now };
    m.before = (model) => {
      before(model);
      const weight = m.weights?.canary ?? 0;
      if (weight === last.weight) return;
      stood.push((m.now - last.at) / 1000);
      last = { weight, at: m.now };
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    const [, first, second] = stood;
    assert.equal(first, 10);
    assert.ok(second !== undefined && second >= 300, `weight 20 stood for ${second} s`);
  });
}

const LENGTHS: readonly (readonly [string, Strategy, number])[] = [
  ['weights', { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 }, 5],
  ['A/B iterations', { kind: 'ab', iterations: 4, stepWeightPromotion: 0 }, 4],
  // The first of them is the look before any request; with all of them on the canary there is one more.
  ['Blue/Green iterations', { kind: 'blueGreen', iterations: 4, stepWeightPromotion: 0 }, 4],
];
for (const [what, strategy, intervals] of LENGTHS) {
  test(`10.3: a promotion takes as many intervals as there are ${what}`, () => {
    const m = new Model({ policy: policyWith({ strategy }) });
    m.canaryReadySeconds = 0;
    m.primaryReadySeconds = 0;
    m.analysis = () => PASSING;
    const began = m.now;
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    const taken = (m.now - began) / 10_000;
    assert.ok(taken >= intervals && taken <= intervals + 1, `${taken} intervals`);
  });
}

test('10.3: a rollback takes as many intervals as the threshold', () => {
  const m = new Model({ policy: policyWith({ threshold: 4 }) });
  m.canaryReadySeconds = 0;
  m.analysis = () => FAILING;
  let since = 0;
  m.before = () => {
    if (since === 0 && m.weights?.canary === 10) since = m.now;
  };
  m.run();
  assert.equal(m.state.ending?.kind, 'rolled-back');
  assert.equal((m.now - since) / 10_000, 4);
});

test('10.3: a gate that is denied is no failed check; while a promotion waits, checks go on', () => {
  const m = new Model({ policy: policyWith({ threshold: 2, hooks: { 'confirm-promotion': ['gate'] } }) });
  let checks = 0;
  m.analysis = () => {
    checks += 1;
    return checks >= 20 ? FAILING : PASSING;
  };
  m.answer = () => ({ results: [{ hook: 'gate', ok: false, error: 'denied' }] });
  const waited: number[] = [];
  m.before = () => {
    if (m.status.phase === 'WaitingPromotion') waited.push(m.state.failedChecks);
  };
  m.run();
  assert.equal(checks, 21, 'it is rolled back by the checks that it fails while it waits');
  assert.equal(Math.max(...waited), 1);
  assert.equal(m.state.ending?.kind, 'rolled-back');
  assert.equal(m.primaryRuns, V1);
});

test('10.3: Blue/Green: everybody is on the canary while the primary changes, and its pods go last', () => {
  const m = new Model({
    policy: policyWith({ strategy: { kind: 'blueGreen', iterations: 1, stepWeightPromotion: 0 } }),
  });
  m.analysis = () => PASSING;
  let primary = m.primaryRuns;
  m.before = () => {
    const serves = m.weights?.canary === 100 ? 'canary' : 'primary';
    if (m.primaryRuns !== primary) assert.equal(serves, 'canary', 'the primary has just been changed');
    primary = m.primaryRuns;
    if (m.weights?.canary === 100) assert.equal(m.targetReplicas, 1);
    const { primary: readiness } = m.world();
    if (!readiness.ready) assert.equal(serves, 'canary', 'the primary is not ready');
  };
  m.run();
  assert.equal(m.state.ending?.kind, 'promoted');
  assert.ok(m.effects.lastIndexOf('weights') < m.effects.indexOf('scaleDown'));
});
