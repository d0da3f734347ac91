import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NotReady, Readiness, World } from '../../src/domain/findings.js';
import type { Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith, V1, V2, V3 } from './model.js';

const DOWN: NotReady = {
  ready: false,
  retriable: true,
  reason: '0 of 2 available',
  available: false,
  progress: 0,
};
const SOME: NotReady = { ...DOWN, reason: '1 of 4 available', available: true, progress: 1 };
const ENOUGH: NotReady = { ...SOME, reason: '3 of 4 available', enough: true, progress: 3 };

/** As a run finds a Canary whose promotion of v2 has failed: everybody is on the target. */
function stranded(target: typeof V1, primary: (m: Model) => Readiness | undefined): Model {
  const m = new Model({
    policy: policyWith({ progressDeadlineSeconds: 60 }),
    target,
    taken: { phase: 'Failed', weight: 100, applied: V2, promoted: 'v1' },
  });
  m.deadlineSeconds = undefined;
  m.primaryRuns = V2;
  m.formerly = V1;
  m.weights = { primary: 0, canary: 100 };
  m.targetReplicas = 1;
  m.analysis = () => PASSING;
  const world = m.world.bind(m);
  m.world = (): World => ({ ...world(), ...optional(primary(m)) });
  return m;
}

function optional(primary: Readiness | undefined): Partial<World> {
  return primary === undefined ? {} : { primary };
}

/** The primary can run v1, but not v2. */
const couldRunV1 = (then: Readiness) => (m: Model) => (m.primaryRuns.hash === 'v2' ? then : { ready: true as const });

describe('after a failed promotion', () => {
  for (const [what, readiness] of Object.entries({ enough: ENOUGH, some: SOME, nobody: DOWN })) {
    test(`the old version back is the fix, where ${what} of the primary serves`, () => {
      const m = stranded(V1, couldRunV1(readiness));
      m.run();
      assert.equal(m.state.ending?.kind, 'promoted');
      assert.equal(m.primaryRuns, V1);
      assert.deepEqual(m.weights, { primary: 100, canary: 0 });
      assert.deepEqual(m.weightsSeen, [0], 'the target, which is in use, serves until the primary does');
      assert.equal(m.targetReplicas, 0);
      assert.deepEqual(m.status, { phase: 'Succeeded', canaryWeight: 0 });
      assert.equal(m.state.promoted, 'v1');
      assert.ok(
        m.events.includes('podinfo.test is back at the promoted revision: putting it back into podinfo-primary.test'),
      );
      assert.ok(!m.effects.includes('promote'), 'what was there is put back as it was, and rolls no pod');
    });
  }

  test('and where nothing was kept, what the target holds is copied', () => {
    const m = stranded(V1, couldRunV1(DOWN));
    m.formerly = undefined;
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.equal(m.primaryRuns, V1);
    assert.equal(m.effects.filter((effect) => effect === 'promote').length, 1);
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('the old version that was only noted by an earlier run is brought home, too', () => {
    const m = stranded(V1, couldRunV1(DOWN));
    m.state = { ...m.state, applied: V1 };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('what serves and was analysed stays, while nothing changes', () => {
    for (const readiness of [ENOUGH, SOME, DOWN, { ready: true as const }]) {
      const m = stranded(V2, () => readiness);
      m.run();
      assert.equal(m.state.ending?.kind, 'reconciled');
      assert.deepEqual(m.weightsSeen, []);
      assert.equal(m.primaryRuns, V2);
    }
  });

  test('something new meets nobody before its analysis, where the primary’s pods suffice', () => {
    const m = stranded(V3, couldRunV1(ENOUGH));
    m.run();
    assert.deepEqual(m.weightsSeen, [0, 10, 20, 30, 40, 50, 0]);
    assert.equal(m.primaryRuns, V3);
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.equal(m.previous, V1, 'what could not be rolled out is nothing that an undo brings back');
  });

  test('and where it is bad, everybody is with the former version again', () => {
    const m = stranded(V3, couldRunV1(ENOUGH));
    m.analysis = () => FAILING;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
    assert.equal(m.primaryRuns, V1);
  });

  test('a gate of the new revision keeps nobody on it', () => {
    const m = stranded(V3, couldRunV1(ENOUGH));
    m.policy = policyWith({ hooks: { 'confirm-rollout': ['ask'] } });
    m.answer = () => ({ results: [{ hook: 'ask', ok: false }] });
    m.run(50);
    assert.equal(m.state.phase, 'Waiting');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('something newer in the midst of the fix’s analysis, or the old version then', () => {
    for (const [next, revision] of [
      [V1, 'v1'],
      [{ hash: 'v4', configs: {} }, 'v4'],
    ] as const) {
      const m = stranded(V3, () => (m.primaryRuns.hash === revision ? { ready: true } : DOWN));
      let changed = false;
      m.before = () => {
        if (changed || !m.state.begun) return;
        changed = true;
        m.setImage(next);
      };
      m.run();
      assert.equal(m.state.ending?.kind, 'promoted', revision);
      assert.equal(m.primaryRuns.hash, revision);
      assert.deepEqual(m.weights, { primary: 100, canary: 0 });
    }
  });
});

describe('a fix gets out', () => {
  const strategies: Strategy[] = [
    { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
    { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 20, mirror: true },
    { kind: 'ab', iterations: 3, stepWeightPromotion: 0 },
    { kind: 'blueGreen', iterations: 3, stepWeightPromotion: 0 },
  ];

  /** The primary is down until it runs v2. */
  function broken(primary: Readiness, strategy: Strategy, at = (_m: Model) => true): Model {
    const m = new Model({ policy: policyWith({ progressDeadlineSeconds: 60, strategy }) });
    m.deadlineSeconds = undefined;
    m.analysis = () => PASSING;
    let isDown = false;
    const world = m.world.bind(m);
    m.world = (): World => {
      isDown ||= at(m);
      return { ...world(), ...optional(m.primaryRuns.hash === 'v1' && isDown ? primary : undefined) };
    };
    return m;
  }

  for (const strategy of strategies) {
    test(`of a primary that serves nobody: everybody gets the canary as soon as it can serve (${strategy.kind})`, () => {
      const m = broken(DOWN, strategy);
      const began = m.now;
      let servedAt: number | undefined;
      m.before = () => {
        if (m.weights?.everybody) servedAt ??= m.now;
      };
      m.run();
      assert.equal(m.state.ending?.kind, 'promoted');
      assert.ok(((servedAt ?? Infinity) - began) / 1000 <= 10 + 3, 'an interval of patience, and its pods');
      assert.deepEqual(m.weights, { primary: 100, canary: 0 });
      assert.equal(m.primaryRuns, V2);
      assert.ok(
        m.events.includes(
          'podinfo-primary.test not ready: 0 of 2 available: podinfo.test is released without waiting for it',
        ),
        m.events.join('\n'),
      );
    });
  }

  test('a primary that is only slow is waited for: a restart of its pods exposes nobody', () => {
    const m = broken(DOWN, strategies[0] as Strategy);
    const world = m.world.bind(m);
    const began = m.now;
    m.world = () => (m.now - began < 8_000 ? world() : Model.prototype.world.call(m));
    m.run();
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.ok(!m.events.some((event) => event.includes('without waiting')));
  });

  test('of a primary that lacks some pods: by its steps, after the deadline', () => {
    const m = broken(SOME, strategies[0] as Strategy);
    const began = m.now;
    let startedAt = 0;
    m.before = () => {
      if (m.state.phase === 'Progressing') startedAt ||= m.now;
    };
    m.run();
    assert.equal((startedAt - began) / 1000, 60);
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('a bad one that was to mend the primary keeps nobody from the way back', () => {
    const m = broken(SOME, strategies[0] as Strategy);
    m.analysis = () => FAILING;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('gates of the policy stand before it as before any other rise', () => {
    const m = broken(DOWN, strategies[0] as Strategy);
    m.policy = policyWith({ hooks: { 'confirm-traffic-increase': ['ask'] } });
    m.answer = (question) => ({ results: [{ hook: 'ask', ok: question !== 'confirm-traffic-increase' }] });
    m.run(100);
    assert.deepEqual(m.weightsSeen, []);
    m.order('approve');
    m.run();
    assert.deepEqual(m.weightsSeen, [100, 0]);
  });

  test('at random: whatever the primary does, a good release that nobody stops is promoted or stands in front of the users', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...strategies),
        fc.constantFrom<Readiness>(DOWN, SOME, ENOUGH, { ...DOWN, retriable: false }, { ...SOME, retriable: false }),
        fc.boolean(),
        (strategy, primary, mends) => {
          const m = broken(primary, strategy);
          if (!mends) {
            const world = m.world.bind(m);
            m.world = () => ({ ...world(), primary });
          }
          m.run(4000);
          assert.equal(m.state.ending?.kind, mends ? 'promoted' : 'promotion-failed');
          assert.equal(m.weights?.canary, mends ? 0 : 100);
        },
      ),
      { numRuns: 100 },
    );
  });
});
