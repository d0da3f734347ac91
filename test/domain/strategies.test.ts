import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Policy, Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith } from './model.js';

const AB: Strategy = { kind: 'ab', iterations: 2, stepWeightPromotion: 0 };
const BLUE_GREEN: Strategy = { kind: 'blueGreen', iterations: 2, stepWeightPromotion: 0 };
const UP_AND_START = [
  'New revision detected! Scaling up podinfo.test',
  'Starting canary analysis for podinfo.test',
] as const;
const PROMOTION = [
  'Copying podinfo.test template spec to podinfo-primary.test',
  'Routing all traffic to primary',
  'Promotion completed! Scaling down podinfo.test',
] as const;

/** Runs a release whose every check passes, and counts the checks. */
function play(strategy: Strategy, changes: Partial<Policy> = {}): { m: Model; checks: () => number } {
  const m = new Model({ policy: policyWith({ strategy, ...changes }) });
  let checks = 0;
  m.analysis = () => {
    checks += 1;
    return PASSING;
  };
  m.run();
  m.events = m.events.filter((message) => !message.includes('not ready'));
  return { m, checks: () => checks };
}

describe('A/B test', () => {
  test('the audience meets the canary for as many checks as there are iterations', () => {
    const { m, checks } = play(AB);
    assert.deepEqual(m.events, [
      ...UP_AND_START,
      'Advance podinfo.test canary iteration 1/2',
      'Advance podinfo.test canary iteration 2/2',
      ...PROMOTION,
    ]);
    assert.deepEqual(m.weightsSeen, [100, 0]);
    assert.equal(checks(), 2);
  });

  test('the status shows iterations, and no weight', () => {
    const m = new Model({ policy: policyWith({ strategy: AB }) });
    const seen: number[] = [];
    m.before = () => seen.push(m.status.canaryWeight);
    m.run();
    assert.deepEqual([...new Set(seen)], [0]);
  });

  test('failed checks take the audience back', () => {
    const m = new Model({ policy: policyWith({ strategy: AB, threshold: 1 }) });
    m.analysis = () => FAILING;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weightsSeen, [100, 0]);
  });

  test('iterations lowered in mid-release end the analysis', () => {
    const m = new Model({ policy: policyWith({ strategy: { ...AB, iterations: 9 } }) });
    m.before = () => {
      if (m.state.iterations === 3) m.policy = policyWith({ generation: 2, strategy: AB });
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.ok(!m.events.includes('Advance podinfo.test canary iteration 5/9'));
  });

  test('a weight can not be ordered', () => {
    const m = new Model({ policy: policyWith({ strategy: AB }) });
    m.before = () => {
      if (m.turns === 4) m.order('setWeight', { weight: 30 });
    };
    m.run();
    const order = m.state.record.find((entry) => entry.what === 'order');
    assert.match(order?.what === 'order' ? (order.refused ?? '') : '', /goes by iterations, not by weights/);
    assert.deepEqual(m.weightsSeen, [100, 0]);
  });

  test('a primary stuck in its promotion leaves everybody on the canary, not only the audience', () => {
    const m = new Model({ policy: policyWith({ strategy: AB }) });
    m.before = () => {
      if (m.state.phase === 'Promoting') m.primaryReadySeconds = undefined;
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promotion-failed');
    assert.deepEqual(m.weights, { primary: 0, canary: 100, everybody: true });
  });
});

describe('Blue/Green', () => {
  test('no request before the checks, then all of them for one check more', () => {
    const { m, checks } = play(BLUE_GREEN);
    assert.deepEqual(m.events, [
      ...UP_AND_START,
      'Advance podinfo.test canary iteration 1/2',
      'Advance podinfo.test canary iteration 2/2',
      'Routing all traffic to canary',
      ...PROMOTION,
    ]);
    assert.deepEqual(m.weightsSeen, [100, 0]);
    assert.equal(checks(), 3);
  });

  test('with copies of requests until the canary gets them all', () => {
    const m = new Model({ policy: policyWith({ strategy: { ...BLUE_GREEN, mirror: true } }) });
    const seen: string[] = [];
    m.before = () => seen.push(JSON.stringify(m.weights));
    m.run();
    assert.deepEqual(
      [...new Set(seen)].map((weights) => JSON.parse(weights) as unknown),
      [
        { primary: 100, canary: 0 },
        { primary: 100, canary: 0, mirrored: true },
        { primary: 0, canary: 100 },
      ],
    );
    assert.ok(m.events.includes('Stop traffic mirroring and route all traffic to canary'));
  });

  test('where only Services lead to the pods no weight is ever set', () => {
    const { m, checks } = play(BLUE_GREEN, {
      provider: 'kubernetes',
      routed: false,
      notices: ['something is left out'],
    });
    assert.deepEqual(m.events, [
      ...UP_AND_START,
      'something is left out',
      'Advance podinfo.test canary iteration 1/2',
      'Advance podinfo.test canary iteration 2/2',
      'Copying podinfo.test template spec to podinfo-primary.test',
      'Promotion completed! Scaling down podinfo.test',
    ]);
    assert.deepEqual(m.weightsSeen, []);
    assert.equal(checks(), 3);
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('one approval opens both questions of the promotion gate', () => {
    const policy = policyWith({ strategy: BLUE_GREEN, hooks: { 'confirm-promotion': ['boss'] } });
    const m = new Model({ policy });
    m.answer = () => ({ results: [{ hook: 'boss', ok: false }] });
    let approvals = 0;
    m.before = () => {
      if (m.state.gate === undefined || approvals > 0) return;
      approvals += 1;
      m.order('approve');
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(m.weightsSeen, [100, 0]);
  });

  test('while the gate is closed iterations are not counted on', () => {
    const policy = policyWith({ strategy: BLUE_GREEN, hooks: { 'confirm-promotion': ['boss'] } });
    const m = new Model({ policy });
    m.answer = () => ({ results: [{ hook: 'boss', ok: false }] });
    m.run(60);
    assert.equal(m.state.phase, 'WaitingPromotion');
    assert.equal(m.state.iterations, 2);
    assert.deepEqual(m.weightsSeen, []);
  });
});

describe('weights with mirroring', () => {
  test('copies come before the first requests', () => {
    const { m, checks } = play({ kind: 'canary', stepWeight: 25, maxWeight: 50, stepWeightPromotion: 0, mirror: true });
    assert.deepEqual(m.weightsSeen, [0, 25, 50, 0]);
    assert.equal(m.events[2], 'Advance podinfo.test canary weight 0');
    assert.equal(checks(), 3);
  });

  test('the traffic gate is asked before the copies, and not between them and the first requests', () => {
    const policy = policyWith({
      strategy: { kind: 'canary', stepWeight: 50, maxWeight: 50, stepWeightPromotion: 0, mirror: true },
      hooks: { 'confirm-traffic-increase': ['boss'] },
    });
    const m = new Model({ policy });
    const asked: number[] = [];
    m.answer = () => {
      asked.push(m.weightsSeen.length);
      return { results: [{ hook: 'boss', ok: true }] };
    };
    m.run();
    assert.deepEqual([...new Set(asked)], [0, 2]);
  });
});
