import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAILING, Model, noValues, PASSING, policyWith, PROVIDER_DOWN, V1, V2, V3 } from './model.js';

describe('a release', () => {
  test('good: initialised Canary, new revision, promoted through every weight', () => {
    const m = new Model();
    m.analysis = () => PASSING;
    const began = m.now;
    m.run();
    assert.deepEqual(m.events, [
      'New revision detected! Scaling up podinfo.test',
      'canary deployment podinfo.test not ready: 0 of 1 available',
      'Starting canary analysis for podinfo.test',
      'Advance podinfo.test canary weight 10',
      'Advance podinfo.test canary weight 20',
      'Advance podinfo.test canary weight 30',
      'Advance podinfo.test canary weight 40',
      'Advance podinfo.test canary weight 50',
      'Copying podinfo.test template spec to podinfo-primary.test',
      'podinfo-primary.test not ready: 0 of 1 available',
      'Routing all traffic to primary',
      'Promotion completed! Scaling down podinfo.test',
    ]);
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.equal(m.status.phase, 'Succeeded');
    assert.equal(m.state.promoted, 'v2');
    assert.equal(m.targetReplicas, 0);
    // Five weights are observed for an interval each; the rest is pods starting.
    assert.equal((m.now - began) / 1000, 3 + 5 * 10 + 3);
  });

  test('a new Canary is initialised: the target serves until the primary does', () => {
    const m = new Model({ built: false, taken: { phase: '', applied: undefined, promoted: '' }, target: V1 });
    m.run();
    assert.deepEqual(m.events, [
      'podinfo-primary.test not ready: 0 of 1 available',
      'all the metrics providers are available!',
      'Initialization done! podinfo.test',
    ]);
    assert.equal(m.state.ending?.kind, 'initialized');
    assert.equal(m.status.phase, 'Initialized');
    assert.equal(m.state.promoted, 'v1');
    assert.ok(m.effects.indexOf('build') < m.effects.indexOf('reconcile'));
    assert.ok(m.effects.indexOf('reconcile') < m.effects.indexOf('scaleDown'));
  });

  test('a primary that never becomes ready leaves the target serving', () => {
    const m = new Model({ built: false, taken: { phase: '', applied: undefined, promoted: '' }, target: V1 });
    m.primaryReadySeconds = undefined;
    m.run(400);
    assert.equal(m.targetReplicas, 1);
    assert.equal(m.status.phase, 'Initializing');
    assert.ok(m.events.some((e) => e.includes('exceeded its progress deadline')));
    assert.ok(m.events.length < 4, m.events.join('\n'));
    m.primaryReadySeconds = 0;
    m.run();
    assert.equal(m.state.ending?.kind, 'initialized');
  });

  test('bad: rolled back in the tick that reaches the threshold', () => {
    const m = new Model({ policy: policyWith({ threshold: 3 }) });
    m.analysis = () => FAILING;
    const began = m.now;
    m.run();
    assert.equal((m.now - began) / 1000, 3 + 3 * 10, 'no interval is waited after the last failed check');
    assert.deepEqual(m.events.slice(-6), [
      'Starting canary analysis for podinfo.test',
      'Advance podinfo.test canary weight 10',
      'Halt podinfo.test advancement success rate 80.00% < 99%',
      'Halt podinfo.test advancement success rate 80.00% < 99%',
      'Halt podinfo.test advancement success rate 80.00% < 99%',
      'Rolling back podinfo.test failed checks threshold reached 3',
    ]);
    assert.deepEqual(m.weightsSeen, [10, 0]);
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.equal(m.status.phase, 'Failed');
  });

  test('bad for so many checks in a row: rolled back, whatever the threshold', () => {
    const m = new Model({ policy: policyWith({ threshold: 100, consecutiveFailures: 3 }) });
    const looks = [FAILING, FAILING, PASSING, FAILING, PROVIDER_DOWN, FAILING, FAILING];
    m.analysis = () => looks.shift() ?? PASSING;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(
      looks,
      [],
      'a check that passes begins the count anew, one without a judgement does nothing to it',
    );
    assert.equal(m.events.at(-1), 'Rolling back podinfo.test failed checks threshold reached 5');
  });

  test('scattered failures are none in a row, but the threshold counts them all', () => {
    const failing = (policy: Parameters<typeof policyWith>[0]) => {
      const m = new Model({ policy: policyWith(policy) });
      let look = 0;
      m.analysis = () => ((look += 1) % 2 === 0 ? FAILING : PASSING);
      m.run();
      return m.state.ending?.kind;
    };
    assert.equal(failing({ threshold: 100, consecutiveFailures: 2 }), 'promoted');
    assert.equal(failing({ threshold: 2, consecutiveFailures: 2 }), 'rolled-back');
  });

  test('no values where the window reaches back into an outage of the provider count against nobody', () => {
    // One failed check would end it.
    const m = new Model({ policy: policyWith({ threshold: 1 }) });
    const looks: ('down' | 'empty')[] = ['down', 'empty'];
    m.analysis = () => {
      const found = looks.shift();
      return found === 'down' ? PROVIDER_DOWN : found === 'empty' ? noValues(m.now, 10) : PASSING;
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('no values count as failed where the provider answered all along, or the window is younger than its outage', () => {
    const m = new Model({ policy: policyWith({ threshold: 2 }) });
    let look = 0;
    m.analysis = () => ((look += 1) === 1 ? PROVIDER_DOWN : noValues(m.now, look === 2 ? 10 : 9));
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.match(m.state.ending.reason, /failed checks threshold reached/);
  });

  test('a metrics provider that is down holds the release and is not counted as a failed check', () => {
    const m = new Model({ policy: policyWith({ threshold: 2 }) });
    let down = 4;
    m.analysis = () => (down-- > 0 ? PROVIDER_DOWN : PASSING);
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.equal(m.events.filter((e) => e.startsWith('Prometheus query failed')).length, 1);
  });

  test('without any judgement for long, it is rolled back', () => {
    const m = new Model({ policy: policyWith({ threshold: 2 }) });
    m.analysis = () => PROVIDER_DOWN;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.match(m.events.at(-1) ?? '', /gave no answer to 6 checks in a row/);
  });

  test('a Canary that is suspended stands still, at rest and in mid-release, until it is resumed', () => {
    const suspended = policyWith({ suspend: true, generation: 2 });
    const resting = new Model({ policy: suspended });
    resting.run();
    assert.equal(resting.state.ending?.kind, 'suspended');
    assert.deepEqual(
      resting.effects.filter((effect) => effect !== 'event'),
      [],
    );

    const m = new Model();
    m.analysis = () => PASSING;
    m.before = () => {
      if (m.weights?.canary === 20) m.policy = suspended;
    };
    m.run();
    m.now += 3_600_000;
    m.nudge();
    m.run();
    assert.deepEqual([m.state.phase, m.weights?.canary], ['Progressing', 20]);
    assert.equal(m.events.filter((event) => event === 'skipping canary run as object is suspended').length, 1);
    m.before = () => undefined;
    m.policy = policyWith({ generation: 3 });
    m.nudge();
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('a newer revision restarts the analysis, and the newest is promoted', () => {
    const m = new Model();
    let changed = false;
    m.before = () => {
      if (m.state.weight === 30 && !changed) {
        changed = true;
        m.setImage(V3);
      }
    };
    m.run();
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 0, 10, 20, 30, 40, 50, 0]);
    assert.equal(m.state.promoted, 'v3');
    assert.equal(m.primaryRuns, V3);
    assert.equal(m.events.filter((e) => e === 'Starting canary analysis for podinfo.test').length, 2);
  });

  test('a target changed between the last check and the copy is not promoted unseen', () => {
    const m = new Model();
    let changed = false;
    m.breaks = (effect) => {
      if (effect.do === 'promote' && !changed) {
        changed = true;
        m.target = V3;
        m.canaryRolledAt = m.now;
      }
      return undefined;
    };
    m.run();
    assert.equal(m.primaryRuns, V3);
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0, 10, 20, 30, 40, 50, 0]);
  });

  test('a target that goes back to the promoted revision ends the release', () => {
    const m = new Model();
    m.before = () => {
      if (m.state.weight === 20 && m.target !== V1) m.setImage(V1);
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'superseded');
    assert.equal(m.status.phase, 'Initialized');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('a canary past its progress deadline is rolled back', () => {
    const m = new Model();
    m.canaryReadySeconds = undefined;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weightsSeen, [0]);
    assert.match(m.events.at(-1) ?? '', /progress deadline exceeded/);
  });

  test('a primary stuck in its promotion leaves all traffic on the canary, and the next revision gets out of it', () => {
    const m = new Model();
    m.primaryReadySeconds = 3;
    m.before = () => {
      if (m.state.phase === 'Promoting') m.primaryReadySeconds = undefined;
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promotion-failed');
    assert.deepEqual(m.weights, { primary: 0, canary: 100, everybody: true });
    assert.deepEqual(m.status, { phase: 'Failed', canaryWeight: 100 });
    assert.equal(m.targetReplicas, 1);

    const fix = new Model({ target: V3, taken: { phase: 'Failed', weight: 100, applied: V2, promoted: 'v1' } });
    fix.primaryRuns = V2;
    fix.weights = { primary: 0, canary: 100 };
    fix.targetReplicas = 1;
    fix.primaryReadySeconds = undefined;
    fix.before = () => {
      if (fix.state.phase === 'Promoting') fix.primaryReadySeconds = 3;
    };
    let analysed = 0;
    fix.analysis = () => {
      analysed += 1;
      return PASSING;
    };
    fix.run();
    assert.equal(fix.state.ending?.kind, 'promoted');
    assert.deepEqual(fix.weightsSeen, [0], 'traffic leaves the canary only when the new primary serves');
    assert.equal(analysed, 1);
  });

  for (const phase of ['Promoting', 'Finalising'] as const) {
    test(`a target that changes while its primary is stuck in ${phase} sends nobody to the unseen version`, () => {
      const m = new Model();
      m.analysis = () => PASSING;
      m.deadlineSeconds = 20;
      let changed = false;
      m.before = () => {
        if (m.state.phase !== phase || changed) return;
        changed = true;
        m.primaryReadySeconds = undefined;
        m.setImage(V3);
      };
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.deepEqual(m.weights, { primary: 100, canary: 0 });
      assert.equal(m.primaryRuns, V1);
      assert.ok(m.events.some((event) => event.startsWith('Rolling back podinfo.test primary not ready: ')));
    });
  }

  test('skipAnalysis promotes as soon as the canary is ready', () => {
    const m = new Model({ policy: policyWith({ skipAnalysis: true }) });
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(m.events.slice(-2), [
      'Copying podinfo.test template spec to podinfo-primary.test',
      'Promotion completed! Canary analysis was skipped for podinfo.test',
    ]);
  });

  test('skipAnalysis keeps nothing back of what has no effect', () => {
    const unused = 'spec.analysis.match has no effect: the provider can’t';
    const m = new Model({ policy: policyWith({ skipAnalysis: true, notices: [unused] }) });
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(
      m.events.filter((event) => event === unused),
      [unused],
    );
  });

  test('stepWeightPromotion moves traffic back in steps', () => {
    const m = new Model({
      policy: policyWith({ strategy: { kind: 'canary', stepWeight: 50, maxWeight: 50, stepWeightPromotion: 20 } }),
    });
    m.run();
    assert.deepEqual(m.weightsSeen, [50, 30, 10, 0]);
    assert.ok(m.events.includes('Advance podinfo.test primary weight 100'));
  });

  test('a gate holds the release until somebody approves, at once then', () => {
    const m = new Model({ policy: policyWith({ hooks: { 'confirm-promotion': ['ask-sre'] } }) });
    m.answer = () => ({ results: [{ hook: 'ask-sre', ok: false }] });
    let approvedAt = 0;
    m.before = () => {
      if (m.state.phase === 'WaitingPromotion' && m.now > 1_000_000 + 600_000 && approvedAt === 0) {
        approvedAt = m.now;
        m.order('approve');
      }
    };
    m.run(20_000);
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.equal(m.now - approvedAt, 3000, 'only the primary’s pods take time');
    assert.equal(m.events.filter((e) => e.includes('waiting for promotion approval')).length, 1);
    assert.ok(m.effects.filter((e) => e === 'status').length < 12);
  });

  test('a foreign edit of the route is named, and the release goes on from there', () => {
    const m = new Model();
    let edited = false;
    m.before = () => {
      if (m.state.weight === 20 && !edited) {
        edited = true;
        m.weights = { primary: 65, canary: 35 };
      }
    };
    m.run();
    assert.deepEqual(m.weightsSeen, [10, 20, 45, 50, 0]);
    assert.ok(m.events.some((e) => e.includes('has canary weight 35, not 20')));
  });

  test('something a person must mend is said once and looked at again with growing pauses', () => {
    const m = new Model();
    m.problem = 'deployment podinfo.test get query error: not found';
    m.run(40);
    assert.deepEqual(m.events, ['deployment podinfo.test get query error: not found']);
    m.problem = undefined;
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('a foreign object is reported by the condition, too, until it has been mended', () => {
    const m = new Model();
    m.problem = 'Service podinfo-canary.test has not been made for this Canary';
    m.foreign = true;
    const conditions: string[] = [];
    m.breaks = (effect) => {
      if (effect.do === 'condition') conditions.push(effect.message);
      return undefined;
    };
    m.run(40);
    assert.deepEqual([m.events, conditions], [[m.problem], [m.problem]]);
    assert.deepEqual(m.weightsSeen, [], 'nothing has moved');
    m.problem = undefined;
    m.foreign = false;
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  describe('that something keeps from going on', () => {
    const NOT_ACCEPTED =
      'HTTPRoute podinfo.test parent public is not ready (status: False, observed generation: 2, current generation: 3)';

    function held(at: (m: Model) => boolean): Model {
      const m = new Model({ policy: policyWith({ progressDeadlineSeconds: 60 }) });
      m.analysis = () => PASSING;
      m.before = () => {
        if (at(m)) m.problem = NOT_ACCEPTED;
      };
      return m;
    }

    test('is rolled back at its progress deadline: a route that no Gateway accepts', () => {
      let since: number | undefined;
      const m = held(() => {
        if (m.weights?.canary === 20) since ??= m.now;
        return since !== undefined;
      });
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.deepEqual(m.weights, { primary: 100, canary: 0 });
      assert.deepEqual(
        m.events.filter((event) => event.includes('HTTPRoute')),
        [NOT_ACCEPTED, `Rolling back podinfo.test progress deadline exceeded ${NOT_ACCEPTED}`],
      );
      const seconds = (m.now - (since ?? 0)) / 1000;
      assert.ok(seconds >= 60 && seconds <= 60 + 10, `after ${seconds} s`);
    });

    test('is rolled back in its promotion too', () => {
      const m = held(() => m.state.phase === 'Promoting');
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
    });

    test('is rolled back where its effects fail for good', () => {
      const m = new Model({ policy: policyWith({ progressDeadlineSeconds: 60 }) });
      m.analysis = () => PASSING;
      m.breaks = (effect) =>
        effect.do === 'weights' && effect.canary > 10 ? { type: 'UserError', message: 'no such route' } : undefined;
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.ok(m.events.includes('Rolling back podinfo.test progress deadline exceeded no such route'));
      assert.deepEqual(m.weightsSeen, [10, 0]);
    });

    test('does not start where the API server would refuse what it writes, and does when that is mended', () => {
      const m = new Model();
      m.analysis = () => PASSING;
      m.refused = 'Deployment/podinfo-primary is refused: denied by policy';
      m.before = () => {
        if (m.turns > 20) m.refused = undefined;
      };
      m.run();
      assert.equal(m.events.filter((event) => event.includes('denied by policy')).length, 1);
      assert.ok(m.events.indexOf('New revision detected! Scaling up podinfo.test') > 0, m.events.join('\n'));
      assert.equal(m.effects.filter((effect) => effect === 'condition').length, 1);
      assert.equal(m.state.ending?.kind, 'promoted');
    });

    test('says what the API server refuses once, as event and condition, and is rolled back', () => {
      const m = new Model({ policy: policyWith({ progressDeadlineSeconds: 60 }) });
      m.analysis = () => PASSING;
      const message = 'ApisixRoute/podinfo is refused: denied by policy';
      m.breaks = (effect) => (effect.do === 'weights' && effect.canary > 10 ? { type: 'Refused', message } : undefined);
      m.run();
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.equal(m.events.filter((event) => event === message).length, 1);
      assert.equal(m.effects.filter((effect) => effect === 'condition').length, 1);
      assert.deepEqual(m.weightsSeen, [10, 0]);
    });

    test('goes on where it is mended in time, each time with the whole deadline', () => {
      let since = Infinity;
      let times = 0;
      const m = held(() => {
        if (m.problem !== undefined && m.now - since >= 50_000) {
          m.problem = undefined;
          return false;
        }
        if (m.problem !== undefined || m.weights?.canary !== 10 * (times + 1)) return false;
        times += 1;
        since = m.now;
        return true;
      });
      m.run();
      assert.equal(times, 5);
      assert.equal(m.state.ending?.kind, 'promoted');
    });

    test('is left alone while it is paused, or waits to be started', () => {
      const paused = held((m) => m.weights?.canary === 20);
      const { before } = paused;
      paused.before = (m) => {
        before(m);
        if (m.problem !== undefined && !m.state.paused) m.order('pause');
      };
      paused.run();
      paused.now += 3_600_000;
      paused.nudge();
      paused.run();
      assert.equal(paused.state.phase, 'Progressing');
      assert.equal(paused.weights?.canary, 20);

      const waiting = held((m) => m.state.phase === 'Waiting');
      waiting.policy = policyWith({ progressDeadlineSeconds: 60, hooks: { 'confirm-rollout': ['gate'] } });
      waiting.answer = () => ({ results: [{ hook: 'gate', ok: false }] });
      waiting.run(400);
      assert.equal(waiting.state.phase, 'Waiting');
      assert.equal(waiting.state.ending, undefined);
    });
  });

  test('a release that another run left unfinished is rolled back', () => {
    const m = new Model({ taken: { phase: 'Progressing', weight: 20, applied: V2 } });
    m.weights = { primary: 80, canary: 20 };
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('nothing to release: the run ends without a word', () => {
    const m = new Model({ target: V1 });
    m.run();
    assert.equal(m.state.ending?.kind, 'reconciled');
    assert.deepEqual(m.events, []);
    assert.deepEqual(m.effects, []);
  });

  test('deletion with revertOnDeletion in mid-release brings the target back', () => {
    const m = new Model();
    m.before = () => {
      if (m.state.weight === 30 && !m.deleting) {
        m.deleting = true;
        m.send({ type: 'submitted', change: { id: 'd', kind: 'deletion', by: 'test' } });
      }
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'terminated');
    assert.deepEqual(m.events.slice(-2), ['Terminating canary podinfo.test', 'Terminated canary podinfo.test']);
    assert.equal(m.targetReplicas, 1);
  });
});
