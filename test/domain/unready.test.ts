import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NotReady, World } from '../../src/domain/findings.js';
import type { Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith, PROVIDER_DOWN, V3 } from './model.js';

const THREE_OF_FOUR: NotReady = {
  ready: false,
  retriable: true,
  reason: 'waiting for rollout to finish: 3 out of 4 new replicas have been updated',
  available: true,
  progress: 6,
  enough: true,
};

/** What keeps a release from going on, whatever Kubernetes' conditions say of it. */
type Hindrance = 'canary' | 'primary' | 'problem';

/** A release in which the hindrance begins when `from` says so, and stays. */
function hindered(by: Hindrance, from: (m: Model) => boolean, policy = {}): Model {
  const m = new Model({ policy: policyWith({ threshold: 3, progressDeadlineSeconds: 600, ...policy }) });
  // A Deployment whose ReplicaSet was available once never says that its progress deadline has passed.
  m.deadlineSeconds = undefined;
  let since: number | undefined;
  const world = m.world.bind(m);
  m.world = (): World => {
    const seen = world();
    if (since === undefined) return seen;
    return by === 'problem' ? { ...seen, problem: 'no such route' } : { ...seen, [by]: THREE_OF_FOUR };
  };
  m.before = () => {
    if (from(m)) since ??= m.now;
  };
  return m;
}

const atWeight = (weight: number) => (m: Model) => m.weights?.canary === weight;

describe('a canary that users meet is judged, whatever else keeps the release from going on', () => {
  for (const by of ['canary', 'primary', 'problem'] as const) {
    test(`${by}: failing checks roll it back in the usual number of checks`, () => {
      const m = hindered(by, atWeight(20));
      m.analysis = (model) => (model.weights?.canary === 20 ? FAILING : PASSING);
      let since: number | undefined;
      const { before } = m;
      m.before = (model) => {
        before(model);
        if (model.weights?.canary === 20) since ??= model.now;
      };
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.match(m.state.ending.reason, /failed checks threshold reached 3/);
      assert.deepEqual(m.weights, { primary: 100, canary: 0 });
      assert.equal((m.now - (since ?? 0)) / 1000, 3 * 10, 'no check is left out, and none is late');
    });
  }

  test('at random: no hindrance, strategy, gate or answer puts a rollback off', () => {
    const strategies: Strategy[] = [
      { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
      { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0, mirror: true },
      { kind: 'ab', iterations: 5, stepWeightPromotion: 0 },
      { kind: 'blueGreen', iterations: 3, stepWeightPromotion: 0, mirror: true },
    ];
    fc.assert(
      fc.property(
        fc.record({
          by: fc.constantFrom<Hindrance>('canary', 'primary', 'problem'),
          strategy: fc.constantFrom(...strategies),
          passed: fc.integer({ min: 0, max: 3 }),
          gate: fc.constantFrom('confirm-traffic-increase' as const, 'confirm-promotion' as const, undefined),
          threshold: fc.integer({ min: 1, max: 5 }),
          flapping: fc.boolean(),
          unknown: fc.boolean(),
        }),
        ({ by, strategy, passed, gate, threshold, flapping, unknown }) => {
          let checks = 0;
          let since = 0;
          const hooks = gate ? { [gate]: ['ask'] } : {};
          const m = hindered(by, () => checks > passed, { strategy, threshold, hooks });
          m.answer = () => ({ results: [{ hook: 'ask', ok: checks <= passed, error: 'no' }] });
          m.analysis = () => {
            checks += 1;
            if (checks <= passed) return PASSING;
            since ||= m.now;
            return unknown ? PROVIDER_DOWN : FAILING;
          };
          // Pods come and go, and the watch process reports each.
          const { before } = m;
          m.before = (model) => {
            before(model);
            if (flapping && model.turns % 3 === 0 && !model.state.ending) model.nudge();
          };
          m.run(3000);
          assert.equal(m.state.ending?.kind, 'rolled-back', JSON.stringify(m.state.waiting));
          const allowed = (unknown ? 3 * threshold : threshold) - 1;
          assert.ok(m.now - since <= allowed * 10_000, `${(m.now - since) / 1000} s for ${allowed} intervals`);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('its weight stands until it is ready, and then goes on', () => {
    let mended = false;
    const m = hindered('canary', atWeight(20));
    m.analysis = () => PASSING;
    const world = m.world.bind(m);
    m.world = () => (mended ? Model.prototype.world.call(m) : world());
    let since: number | undefined;
    const { before } = m;
    m.before = (model) => {
      before(model);
      if (model.weights?.canary === 20) since ??= model.now;
      if (since !== undefined && model.now >= since + 95_000 && !mended) {
        assert.equal(model.weights?.canary, 20);
        mended = true;
      }
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    const unready = m.events.filter((event) => event.includes('3 out of 4'));
    assert.equal(unready.length, 1, 'nothing has changed, so nothing is said again');
    assert.ok(m.state.record.filter((e) => e.what === 'analysis' && e.weight === 20).length >= 9);
  });

  test('a pause asks nothing, and a newer revision takes the traffic off at once', () => {
    const m = hindered('primary', atWeight(20));
    m.analysis = () => PASSING;
    const { before } = m;
    m.before = (model) => {
      before(model);
      if (model.weights?.canary === 20 && model.target !== V3) model.setImage(V3);
    };
    m.run(60);
    assert.equal(m.weights?.canary, 0);
    assert.ok(m.events.includes('New revision detected! Restarting analysis for podinfo.test'));
  });
});

describe('the progress deadline counts by the release’s own clock', () => {
  const DEADLINE = { progressDeadlineSeconds: 30 };

  test('some of the pods never come: rolled back, with the reason', () => {
    const m = hindered('canary', () => true, DEADLINE);
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.equal(
      m.state.ending.reason,
      `Rolling back podinfo.test progress deadline exceeded ${THREE_OF_FOUR.reason}: no progress for 30 s`,
    );
    assert.equal(m.events.filter((event) => event.startsWith('canary deployment podinfo.test not ready')).length, 1);
  });

  for (const weight of [10, 30]) {
    test(`in mid-analysis at weight ${weight}, with checks that pass`, () => {
      const m = hindered('canary', atWeight(weight), DEADLINE);
      m.analysis = () => PASSING;
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.match(m.state.ending.reason, /no progress for 30 s/);
    });
  }

  test('a primary that some pods are missing of for so long ends the release, too', () => {
    const m = hindered('primary', atWeight(20), DEADLINE);
    m.analysis = () => PASSING;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.match(m.state.ending.reason, /primary not ready: .*no progress for 30 s/);
  });

  test('and in its promotion the canary, which has passed, serves everybody', () => {
    const m = hindered('primary', (model) => model.state.phase === 'Promoting', DEADLINE);
    m.analysis = () => PASSING;
    m.run();
    assert.equal(m.state.ending?.kind, 'promotion-failed');
    assert.equal(m.weights?.canary, 100);
  });

  test('each pod that gets further has the whole deadline; pods that come and go have not', () => {
    for (const [progress, ending] of [
      [(seconds: number) => Math.floor(seconds / 20), 'promoted'],
      [(seconds: number) => Math.floor(seconds / 20) % 2, 'rolled-back'],
    ] as const) {
      const m = new Model({ policy: policyWith(DEADLINE) });
      m.deadlineSeconds = undefined;
      m.analysis = () => PASSING;
      const began = m.now;
      const world = m.world.bind(m);
      m.world = (): World => {
        const seconds = (m.now - began) / 1000;
        if (seconds >= 200) return world();
        const reason = `${progress(seconds)} of 10 updated`;
        return { ...world(), canary: { ...THREE_OF_FOUR, reason, progress: progress(seconds) } };
      };
      m.run();
      assert.equal(m.state.ending?.kind, ending);
    }
  });

  test('a pause counts for nothing', () => {
    const m = hindered('canary', atWeight(20), DEADLINE);
    m.analysis = () => PASSING;
    const { before } = m;
    let paused = false;
    m.before = (model) => {
      before(model);
      if (model.weights?.canary === 20 && !paused) model.order('pause');
      paused ||= model.weights?.canary === 20;
    };
    m.run();
    m.now += 3_600_000;
    m.order('resume');
    m.run(3);
    assert.equal(m.status.phase, 'Progressing', 'it has the whole deadline again');
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
  });
});

/** Paused when `at` says so, and from then on the target is gone. */
function pausedWithoutTarget(at: (m: Model) => boolean, gone: Pick<NotReady, 'gone'>): Model {
  const m = new Model({ policy: policyWith({}) });
  const world = m.world.bind(m);
  let paused = false;
  m.world = (): World => {
    const seen = world();
    if (!paused || m.weights?.canary === 0) return seen;
    const reason = 'deployment podinfo.test is being deleted';
    return { ...seen, canary: { ready: false, retriable: false, available: false, reason, ...gone } };
  };
  m.before = () => {
    if (paused || !at(m)) return;
    m.order('pause');
    paused = true;
    m.nudge();
  };
  return m;
}

describe('a target that is gone while a person has paused its release', () => {
  test('gets no requests any more', () => {
    const m = pausedWithoutTarget(atWeight(20), { gone: true });
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.equal(m.weights?.canary, 0);
  });

  test('in the middle of a promotion, too: the primary has all that was analysed', () => {
    const m = pausedWithoutTarget(({ state, weights }) => state.phase === 'Promoting' && weights?.canary !== 0, {
      gone: true,
    });
    m.run();
    assert.equal(m.weights?.canary, 0);
    assert.equal(m.state.ending, undefined, 'it goes on when somebody resumes it');
  });

  test('observations of earlier versions, which histories hold, are decided on as before', () => {
    const m = pausedWithoutTarget(atWeight(20), {});
    m.run();
    assert.equal(m.state.phase, 'Progressing');
    assert.equal(m.weights?.canary, 20);
  });
});
