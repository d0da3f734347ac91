import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CanaryStrategy, Policy } from '../../src/domain/policy.js';
import type { Weights } from '../../src/domain/weights.js';
import { FAILING, Model, PASSING, policyWith, V1, V2, V3 } from '../domain/model.js';

// Section 10.1 of the contract, "Lifecycle": what Flagger's own tests assert, under the same numbers. Where Serinus does
// the better thing on purpose, the test says so; docs/differences.md gives the reason.

function weighted(changes: Partial<CanaryStrategy>): Partial<Policy> {
  return { strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0, ...changes } };
}

/** A release whose every check passes. */
function released(changes: Partial<Policy>): Model {
  const m = new Model({ policy: policyWith(changes) });
  m.analysis = () => PASSING;
  return m;
}

/** The phases and status weights that a user sees go by, each once in a row. */
function course(m: Model): string[] {
  const seen: string[] = [];
  const look = () => {
    const now = `${m.status.phase} ${m.status.canaryWeight}`;
    if (seen.at(-1) !== now) seen.push(now);
  };
  const before = m.before;
  m.before = (model) => {
    look();
    before(model);
  };
  m.run();
  look();
  return seen;
}

function quiet(events: readonly string[]): string[] {
  return events.filter((message) => !message.includes('not ready'));
}

describe('10.1 lifecycle', () => {
  test('1: the primary is made first; Initialized once it is ready, with no pods of the target left', () => {
    const m = new Model({ built: false, taken: { phase: '', applied: undefined, promoted: '' } });
    m.before = () => {
      if (!m.state.ending && m.status.phase !== 'Initialized') assert.equal(m.targetReplicas, 1);
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'initialized');
    assert.equal(m.status.phase, 'Initialized');
    assert.ok(m.built);
    assert.equal(m.targetReplicas, 0);
  });

  test('2: a changed pod template scales the target up', () => {
    const m = released({});
    let up = 0;
    m.before = () => {
      up = Math.max(up, m.targetReplicas);
    };
    m.run();
    assert.equal(up, 1);
    assert.ok(m.events.includes('New revision detected! Scaling up podinfo.test'));
  });

  test('3: failed checks at the threshold: Failed, and all traffic on the primary (in the tick that reaches it)', () => {
    const m = new Model({ policy: policyWith({ threshold: 2 }) });
    m.analysis = () => FAILING;
    m.run();
    assert.equal(m.status.phase, 'Failed');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
    assert.ok(m.events.includes('Rolling back podinfo.test failed checks threshold reached 2'));
    assert.equal(m.state.ending?.kind, 'rolled-back');
  });

  test('4: skipAnalysis goes straight to Succeeded', () => {
    assert.deepEqual(course(released({ skipAnalysis: true })), ['Initialized 0', 'Progressing 0', 'Succeeded 0']);
  });

  test('5: stepWeight 100 and stepWeightPromotion 50', () => {
    const m = released(weighted({ stepWeight: 100, maxWeight: 100, stepWeightPromotion: 50 }));
    assert.deepEqual(course(m), [
      'Initialized 0',
      'Progressing 0',
      'Progressing 100',
      'Promoting 100',
      'Promoting 50',
      'Finalising 0',
      'Succeeded 0',
    ]);
  });

  test('6: Blue/Green with one iteration', () => {
    const m = released({ strategy: { kind: 'blueGreen', iterations: 1, stepWeightPromotion: 0 } });
    const phases = course(m).map((entry) => entry.split(' ')[0]);
    assert.deepEqual([...new Set(phases)], ['Initialized', 'Progressing', 'Promoting', 'Finalising', 'Succeeded']);
  });

  test('7: a second change in mid-analysis takes the traffic off the canary, and starts over', () => {
    const m = released({});
    let changed = false;
    m.before = () => {
      if (changed || m.weights?.canary !== 30) return;
      changed = true;
      m.setImage(V3);
    };
    m.run();
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 0, 10, 20, 30, 40, 50, 0]);
    assert.equal(m.primaryRuns.hash, 'v3');
    assert.ok(m.events.includes('New revision detected! Restarting analysis for podinfo.test'));
  });

  test('8: changed configs restart the analysis, and reach the primary by its promotion', () => {
    const m = released({});
    const edited = { hash: 'v2', configs: { 'configmap/app': '0123456789abcdef' } };
    let changed = false;
    m.before = () => {
      if (changed || m.weights?.canary !== 20) return;
      changed = true;
      m.setImage(edited);
    };
    m.run();
    assert.deepEqual(m.weightsSeen.slice(0, 4), [10, 20, 0, 10]);
    assert.deepEqual(m.primaryRuns, edited);
  });

  test('9: mirroring comes first, then requests', () => {
    const m = released(weighted({ mirror: true, maxWeight: 10 }));
    const seen: (Weights | undefined)[] = [];
    m.before = () => {
      if (JSON.stringify(seen.at(-1)) !== JSON.stringify(m.weights)) seen.push(m.weights);
    };
    m.run();
    assert.deepEqual(seen.slice(0, 3), [
      { primary: 100, canary: 0 },
      { primary: 100, canary: 0, mirrored: true },
      { primary: 90, canary: 10 },
    ]);
  });

  test('10: A/B: the audience from the first step on; promoted after as many checks as iterations', () => {
    const m = released({ strategy: { kind: 'ab', iterations: 3, stepWeightPromotion: 0 } });
    const phases = course(m).map((entry) => entry.split(' ')[0]);
    assert.deepEqual(m.weightsSeen, [100, 0]);
    assert.deepEqual(phases, ['Initialized', 'Progressing', 'Promoting', 'Finalising', 'Succeeded']);
    assert.equal(m.primaryRuns, V2);
  });

  for (const phase of ['Promoting', 'Finalising'] as const) {
    test(`11: a primary stuck in ${phase}: Failed, all traffic on the canary, whose pods stay`, () => {
      const m = released({});
      m.before = () => {
        if (m.state.phase === phase) m.primaryReadySeconds = undefined;
      };
      m.deadlineSeconds = 20;
      m.run();
      assert.deepEqual(m.status, { phase: 'Failed', canaryWeight: 100 });
      assert.deepEqual([m.weights?.primary, m.weights?.canary], [0, 100]);
      assert.equal(m.targetReplicas, 1);
    });
  }

  const STEPS: readonly (readonly [string, Partial<CanaryStrategy>, readonly number[]])[] = [
    ['step 20, max 50', { stepWeight: 20, maxWeight: 50 }, [80, 60, 50]],
    ['step 50, max 100', { stepWeight: 50, maxWeight: 100 }, [50, 0]],
    ['stepWeights 1, 2, 10, 80', { stepWeight: undefined, weights: [1, 2, 10, 80], maxWeight: 80 }, [99, 98, 90, 20]],
    ['stepWeights 1, 2, 10, 200', { stepWeight: undefined, weights: [1, 2, 10, 100], maxWeight: 100 }, [99, 98, 90, 0]],
  ];
  for (const [name, strategy, primary] of STEPS) {
    // Flagger goes to 60 with step 20 and max 50: here maxWeight is a bound.
    test(`12: ${name}`, () => {
      const m = released({ targetKind: 'Service', ...weighted(strategy) });
      m.run();
      assert.deepEqual(m.weightsSeen.map((weight) => 100 - weight).slice(0, primary.length), primary);
    });
  }

  const COURSES: readonly (readonly [string, Partial<Policy>])[] = [
    ['weights', {}],
    ['failed checks', { threshold: 2 }],
    ['without analysis', { skipAnalysis: true }],
    ['in steps', weighted({ stepWeight: 100, maxWeight: 100, stepWeightPromotion: 50 })],
    ['Blue/Green', { strategy: { kind: 'blueGreen', iterations: 1, stepWeightPromotion: 0 } }],
    ['mirroring', weighted({ mirror: true, maxWeight: 10 })],
    ['A/B', { strategy: { kind: 'ab', iterations: 3, stepWeightPromotion: 0 } }],
  ];
  for (const [name, changes] of COURSES) {
    test(`13: a DaemonSet takes the same course as a Deployment: ${name}`, () => {
      const played = (['Deployment', 'DaemonSet'] as const).map((targetKind) => {
        const m = released({ ...changes, targetKind });
        if (changes.threshold !== undefined) m.analysis = () => FAILING;
        let configs = 0;
        m.before = () => {
          if (configs === 0 && m.weights?.canary === 30)
            m.setImage({ hash: 'v2', configs: { 'configmap/app': `${++configs}` } });
        };
        return { course: course(m), weights: m.weightsSeen, primary: m.primaryRuns, ending: m.state.ending?.kind };
      });
      assert.deepEqual(played[1], played[0]);
      assert.ok(played[0]?.ending);
    });
  }

  test('14: the order of events with hooks of every type', () => {
    const hooks = {
      'confirm-rollout': ['may-start'],
      'pre-rollout': ['smoke'],
      rollout: ['load'],
      'confirm-traffic-increase': ['may-grow'],
      'confirm-promotion': ['may-promote'],
      'post-rollout': ['tidy'],
    };
    const m = released({
      ...weighted({ stepWeight: 100, maxWeight: 100, stepWeightPromotion: 50 }),
      hooks,
    });
    m.answer = (question) => {
      const asked = question as keyof typeof hooks;
      return { results: (hooks[asked] ?? []).map((hook) => ({ hook, ok: true })) };
    };
    m.run();
    assert.deepEqual(quiet(m.events), [
      'Confirm-rollout check may-start passed',
      'New revision detected! Scaling up podinfo.test',
      'Starting canary analysis for podinfo.test',
      'Pre-rollout check smoke passed',
      'Confirm-traffic-increase check may-grow passed',
      'Advance podinfo.test canary weight 100',
      'Confirm-traffic-increase check may-grow passed',
      'Confirm-promotion check may-promote passed',
      'Copying podinfo.test template spec to podinfo-primary.test',
      'Advance podinfo.test primary weight 50',
      'Advance podinfo.test primary weight 100',
      'Post-rollout check tidy passed',
      'Promotion completed! Scaling down podinfo.test',
    ]);
  });

  test('15: the order of events without analysis', () => {
    const m = released({ skipAnalysis: true });
    m.run();
    assert.deepEqual(quiet(m.events), [
      'New revision detected! Scaling up podinfo.test',
      'Copying podinfo.test template spec to podinfo-primary.test',
      'Promotion completed! Canary analysis was skipped for podinfo.test',
    ]);
  });

  test('19: the template that was promoted is no change, another one is', () => {
    const same = new Model({ target: V1 });
    same.run();
    assert.deepEqual(same.events, []);
    const other = released({});
    other.run();
    assert.equal(other.state.ending?.kind, 'promoted');
  });
});
