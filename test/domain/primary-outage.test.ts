import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NotReady, Readiness, World } from '../../src/domain/findings.js';
import type { Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith, V2 } from './model.js';

/** The primary is lost, or comes and goes, while a release is under way that would mend it. */

const DOWN: NotReady = { ready: false, retriable: true, reason: '0 of 2 available', available: false, progress: 0 };
const SOME: NotReady = { ...DOWN, reason: '1 of 2 available', available: true, progress: 1 };
const READY: Readiness = { ready: true };

const CANARY: Strategy = { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 };
const STRATEGIES: readonly Strategy[] = [
  CANARY,
  { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 20, mirror: true },
  { kind: 'ab', iterations: 3, stepWeightPromotion: 0 },
  { kind: 'blueGreen', iterations: 3, stepWeightPromotion: 0 },
];

/** @param former how ready the primary is with what it held before the release, so many milliseconds after its begin */
function releasing(former: (ms: number) => Readiness, strategy = CANARY): Model {
  const m = new Model({ policy: policyWith({ progressDeadlineSeconds: 60, strategy }) });
  m.deadlineSeconds = undefined;
  m.analysis = () => PASSING;
  const [world, began] = [m.world.bind(m), m.now];
  m.world = (): World => ({ ...world(), ...(m.primaryRuns.hash === 'v1' ? { primary: former(m.now - began) } : {}) });
  return m;
}

/** Serves for a moment each time that it is started again, as pods in a crash loop do. */
const crashing =
  (from: number, period: number, served: number) =>
  (ms: number): Readiness =>
    ms < from || (ms - from) % period >= period - served ? READY : DOWN;

const lost =
  (from: number, down: NotReady = DOWN) =>
  (ms: number): Readiness =>
    ms < from ? READY : down;

function isMended(m: Model): void {
  assert.equal(m.state.ending?.kind, 'promoted', m.events.join('\n'));
  assert.equal(m.primaryRuns, V2);
  assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  assert.equal(m.status.phase, 'Succeeded');
}

describe('a primary that is lost in the midst of a release', () => {
  for (const strategy of STRATEGIES)
    test(`gets the new revision, and users the canary until then (${strategy.kind}${strategy.kind === 'canary' && strategy.mirror ? ', mirrored' : ''})`, () => {
      const m = releasing(lost(15_000), strategy);
      const began = m.now;
      let servedAt: number | undefined;
      m.before = () => {
        if (m.weights?.everybody) servedAt ??= m.now - began;
      };
      m.run();
      isMended(m);
      assert.ok((servedAt ?? Infinity) <= 15_000 + 3 * 10_000, `${servedAt}`);
      assert.ok(m.events.some((event) => event.endsWith('podinfo.test is released without waiting for it')));
    });

  test('of which some pods are left: users stay with them', () => {
    const m = releasing(lost(25_000, SOME));
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
    assert.ok(!m.weightsSeen.includes(100));
  });

  test('which Kubernetes itself has given up', () => {
    const m = releasing(lost(25_000, { ...DOWN, retriable: false }));
    m.run();
    isMended(m);
  });

  test('is back before anybody has had to be sent elsewhere: nothing is changed', () => {
    const m = releasing((ms) => (ms > 15_000 && ms < 22_000 ? DOWN : READY));
    m.run();
    isMended(m);
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.ok(!m.events.some((event) => event.includes('without waiting')));
  });

  test('and a canary that is bad, too: it says so, and goes back to where somebody serves', () => {
    const m = releasing(lost(15_000));
    m.analysis = () => (m.now > 1_018_000 ? FAILING : PASSING);
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.ok(m.events.some((event) => event.includes('failed checks threshold reached')));
  });

  test('and a canary whose pods never come: it is not promoted', () => {
    const m = releasing(lost(1_000));
    m.canaryReadySeconds = undefined;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weightsSeen, [0]);
  });
});

describe('a primary that comes and goes', () => {
  test('at the begin of the release, at whatever moment it is looked at', () => {
    for (let served = 1_000; served <= 9_000; served += 1_000)
      for (let at = 0; at < 20_000; at += 1_000) {
        const looks = crashing(0, 20_000, served);
        const m = releasing((ms) => looks(ms + at));
        m.run();
        isMended(m);
      }
  });

  test('at random: a good release is promoted within its steps and two deadlines', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STRATEGIES),
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 3_000, max: 90_000 }),
        fc.integer({ min: 0, max: 9_000 }),
        (strategy, from, period, served) => {
          const m = releasing(crashing(from, period, Math.min(served, period - 1_000)), strategy);
          const began = m.now;
          m.run(4000);
          isMended(m);
          assert.ok(m.now - began < 400_000, `${(m.now - began) / 1000} s`);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('at random: users are without an answer for a few intervals at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 10_000, max: 90_000 }),
        fc.integer({ min: 0, max: 9_000 }),
        (from, period, served) => {
          const former = crashing(from, period, Math.min(served, period - 1_000));
          const m = releasing(former);
          const began = m.now;
          let worst = 0;
          let since: number | undefined;
          m.before = () => {
            const isServed = m.primaryRuns.hash !== 'v1' || former(m.now - began).ready || m.weights?.canary === 100;
            if (isServed) since = undefined;
            else worst = Math.max(worst, m.now - (since ??= m.now));
          };
          m.run(4000);
          assert.ok(worst <= 5 * 10_000, `${worst} ms`);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a primary that is lost while traffic comes home', () => {
  const IN_STEPS: Strategy = { ...CANARY, stepWeightPromotion: 10 };

  /** @param later how ready the primary is with what was promoted, so many milliseconds after it was */
  function promoting(later: (ms: number) => Readiness, strategy: Strategy = IN_STEPS): Model {
    const m = new Model({ policy: policyWith({ progressDeadlineSeconds: 120, strategy }) });
    m.deadlineSeconds = undefined;
    m.analysis = () => PASSING;
    const world = m.world.bind(m);
    m.world = (): World => ({
      ...world(),
      ...(m.primaryRuns === V2 ? { primary: later(m.now - m.primaryRolledAt) } : {}),
    });
    return m;
  }

  const isServed = (m: Model, later: (ms: number) => Readiness): boolean =>
    m.primaryRuns !== V2 || m.weights?.canary === 100 || later(m.now - m.primaryRolledAt).ready;

  test('in mid-promotion: everybody is with the canary, until the primary serves', () => {
    const later = (ms: number): Readiness => (ms > 15_000 && ms < 75_000 ? DOWN : READY);
    const m = promoting(later);
    m.run();
    isMended(m);
    const back = m.weightsSeen.indexOf(100);
    assert.ok(back > 0, m.weightsSeen.join());
    assert.ok(m.weightsSeen.slice(back).every((weight, i, all) => i === 0 || weight <= (all[i - 1] ?? 0)));
    assert.ok(m.events.includes('No pod of podinfo-primary.test serves: routing all traffic to podinfo.test'));
  });

  test('for good: the canary keeps everybody, and the promotion has failed', () => {
    const m = promoting((ms) => (ms > 15_000 ? DOWN : READY));
    m.run();
    assert.equal(m.state.ending?.kind, 'promotion-failed');
    assert.equal(m.weights?.canary, 100);
  });

  test('its pods crash soon after each start: users don’t go to and fro, and it has an end', () => {
    const later = (ms: number): Readiness => (ms < 15_000 || ms % 20_000 > 16_000 ? READY : DOWN);
    const m = promoting(later);
    m.run(4000);
    assert.equal(m.state.ending?.kind, 'promotion-failed', m.events.join('\n'));
    assert.equal(m.weights?.canary, 100);
    assert.equal(m.weightsSeen.filter((weight) => weight === 100).length <= 2, true, m.weightsSeen.join());
  });

  test('at random: users are without an answer for a few intervals at most', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(IN_STEPS, CANARY, ...STRATEGIES),
        fc.integer({ min: 3_000, max: 60_000 }),
        fc.integer({ min: 10_000, max: 90_000 }),
        fc.integer({ min: 0, max: 9_000 }),
        (strategy, from, period, served) => {
          const later = crashing(from, period, Math.min(served, period - 1_000));
          const m = promoting(later, strategy);
          let worst = 0;
          let since: number | undefined;
          m.before = () => {
            if (isServed(m, later)) since = undefined;
            else worst = Math.max(worst, m.now - (since ??= m.now));
          };
          m.run(4000);
          assert.ok(m.state.ending, 'it has an end');
          assert.ok(worst <= 3 * 10_000, `${worst} ms: ${m.weightsSeen.join()}`);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('where nobody divides the requests, none are said to be sent elsewhere', () => {
  const m = new Model({
    policy: policyWith({
      ...{ progressDeadlineSeconds: 60, routed: false, provider: 'kubernetes' },
      strategy: { kind: 'blueGreen', iterations: 3, stepWeightPromotion: 0 },
    }),
  });
  m.deadlineSeconds = undefined;
  m.analysis = () => PASSING;
  const world = m.world.bind(m);
  m.world = (): World => ({ ...world(), ...(m.primaryRuns.hash === 'v1' ? { primary: DOWN } : {}) });
  m.run();
  assert.equal(m.state.ending?.kind, 'promoted');
  assert.ok(!m.events.some((event) => event.includes('routing all traffic')), m.events.join('\n'));
});
