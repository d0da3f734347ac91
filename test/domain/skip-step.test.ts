import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { effectOf } from '../../src/domain/orders/effects.js';
import type { Policy, Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith } from './model.js';

/** A release in which the step is skipped as soon as `when` holds, and how its checks went. */
function skipping(when: (m: Model) => boolean, changes: Partial<Policy> = {}) {
  const m = new Model({ policy: policyWith(changes) });
  const checkedAt: string[] = [];
  const stood: { weight: number; ms: number }[] = [];
  let skipped = false;
  let at = 0;
  m.analysis = () => {
    checkedAt.push(`${m.state.weight}/${m.state.iterations}`);
    return PASSING;
  };
  m.before = () => {
    if (skipped || !when(m)) return;
    skipped = true;
    at = m.now;
    m.order('skipStep');
  };
  const weights = m.weightsSeen;
  m.run();
  return { m, checkedAt, stood, weights, at: () => at };
}

const at = (weight: number) => (m: Model) => m.state.phase === 'Progressing' && m.state.weight === weight;

describe('skipStep', () => {
  test('goes to the next weight without the analysis of this one', () => {
    const { m, checkedAt } = skipping(at(20));
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.deepEqual(checkedAt, ['10/0', '30/0', '40/0', '50/0']);
    assert.ok(m.events.includes('Skipping the analysis of podinfo.test at weight 20 by alice: test'));
  });

  test('is over with the step: the next one stands its interval and is analysed', () => {
    const m = new Model();
    let since = 0;
    m.before = () => {
      if (m.state.weight === 10 && m.state.begun && since === 0) {
        since = m.now;
        m.order('skipStep');
      }
      if (m.state.weight === 30) assert.ok(m.now - since >= 10_000, 'weight 20 stood its interval');
    };
    m.run();
    assert.ok(since > 0);
  });

  test('never goes beyond maxWeight: at the last step it is promotion that comes next', () => {
    const { m, checkedAt } = skipping(at(50));
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.deepEqual(checkedAt, ['10/0', '20/0', '30/0', '40/0']);
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('stops at the gate of promotion like every release', () => {
    const m = new Model({ policy: policyWith({ hooks: { 'confirm-promotion': ['boss'] } }) });
    m.answer = (question) => ({ results: [{ hook: 'boss', ok: question !== 'confirm-promotion' }] });
    let given = false;
    m.before = () => {
      if (!given && at(50)(m)) {
        given = true;
        m.order('skipStep');
      }
      if (m.state.gate && m.turns % 40 === 0) m.order('skipStep');
    };
    m.run(200);
    assert.equal(m.state.phase, 'WaitingPromotion');
    const refused = m.state.record.find((entry) => entry.what === 'order' && entry.refused);
    assert.match(
      refused?.what === 'order' ? (refused.refused ?? '') : '',
      /can't skip the step: it waits at the gate confirm-promotion; approve or reject it/,
    );
    m.before = () => undefined;
    m.order('approve', { requestId: 'approve' });
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('goes to the next iteration of an A/B test, and of a Blue/Green release on to its shift', () => {
    const ab: Strategy = { kind: 'ab', iterations: 3, stepWeightPromotion: 0 };
    const first = skipping((m) => m.state.iterations === 1, { strategy: ab });
    assert.deepEqual(first.checkedAt, ['100/2', '100/3']);
    const blueGreen: Strategy = { kind: 'blueGreen', iterations: 1, stepWeightPromotion: 0 };
    const second = skipping((m) => m.state.iterations === 1, { strategy: blueGreen });
    assert.deepEqual(second.checkedAt, ['100/2']);
    assert.deepEqual(second.m.weightsSeen, [100, 0]);
  });

  test('checks that failed before count on, and a bad canary is rolled back by the next', () => {
    const m = new Model({ policy: policyWith({ threshold: 2 }) });
    m.analysis = () => FAILING;
    let given = false;
    m.before = () => {
      if (!given && m.state.failedChecks === 1) {
        given = true;
        m.order('skipStep');
      }
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weightsSeen, [10, 20, 0]);
  });

  test('is refused where there is no step to skip', () => {
    const m = new Model();
    m.order('skipStep');
    m.canaryReadySeconds = undefined;
    m.before = () => {
      if (m.state.phase === 'Progressing' && m.turns === 6) m.order('skipStep');
    };
    m.run(30);
    const refusals = m.state.record.flatMap((entry) => (entry.what === 'order' ? [entry.refused] : []));
    assert.deepEqual(refusals, [
      "can't skip the step: the analysis isn't running (phase Initialized)",
      "can't skip the step: the canary isn't ready yet (phase Progressing)",
    ]);
  });

  test('a pause that comes before it took effect takes it back', () => {
    const m = new Model();
    let given = false;
    m.before = () => {
      if (given || !at(20)(m)) return;
      given = true;
      m.order('skipStep');
      m.order('pause');
    };
    m.run();
    assert.deepEqual(m.weightsSeen, [10, 20]);
    assert.equal(m.state.skipStep, false);
  });
});

test('the effect of an order depends on the state of the release', () => {
  const m = new Model({ policy: policyWith({ hooks: { 'confirm-promotion': ['boss'] } }) });
  const reported = new Set<string>();
  m.before = () => {
    if (m.state.phase === 'Progressing' && m.state.begun) reported.add(effectOf('skipStep', m.state));
  };
  m.run(60);
  assert.deepEqual(
    [...reported],
    [
      'Leaves the analysis at weight 10 out, and advances the canary to weight 20',
      'Leaves the analysis at weight 20 out, and advances the canary to weight 30',
      'Leaves the analysis at weight 30 out, and advances the canary to weight 40',
      'Leaves the analysis at weight 40 out, and advances the canary to weight 50',
      'Leaves the analysis at weight 50 out, and goes on to the gate confirm-promotion',
    ],
  );
  assert.equal(effectOf('abort', m.state), 'Routes all traffic to the primary, scales podinfo to 0');
});
