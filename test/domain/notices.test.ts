import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noticesOfRetreat } from '../../src/domain/notices/notices.js';
import type { Severity } from '../../src/domain/notices/notice.js';
import type { Policy } from '../../src/domain/policy.js';
import { FAILING, Model, policyWith, V2 } from './model.js';

const PASSED = { results: [{ hook: 'ask', ok: true }] };
const DENIED = { results: [{ hook: 'ask', ok: false }] };

function listening(alertsFrom: Severity | undefined, changes: Partial<Policy> = {}): Policy {
  return policyWith({ listeners: { events: true, alertsFrom }, ...changes });
}

/** Events with their phase. */
function events(model: Model): string[] {
  return model.notices.flatMap((n) => (n.kind === 'event' ? [`${n.phase}: ${n.message}`] : []));
}

/** Alerts and what is over. */
function alerts(model: Model): string[] {
  return model.notices.flatMap((n) => {
    if (n.kind === 'event') return [];
    return n.kind === 'alert' ? [`${n.severity} ${n.topic}: ${n.message}`] : [`over: ${n.topics.join(', ')}`];
  });
}

describe('event webhooks', () => {
  test('are sent for a release with all types of webhooks, in order and with the phase of the moment', () => {
    const gates = ['confirm-rollout', 'pre-rollout', 'confirm-traffic-increase', 'confirm-promotion', 'post-rollout'];
    const model = new Model({
      policy: listening(undefined, {
        hooks: Object.fromEntries(gates.map((type) => [type, ['ask']])),
        strategy: { kind: 'canary', stepWeight: 100, maxWeight: 100, stepWeightPromotion: 50 },
      }),
    });
    model.answer = () => PASSED;
    model.run();
    assert.deepEqual(events(model), [
      'Initialized: Confirm-rollout check ask passed',
      'Progressing: New revision detected! Scaling up podinfo.test',
      'Progressing: canary deployment podinfo.test not ready: 0 of 1 available',
      'Progressing: Starting canary analysis for podinfo.test',
      'Progressing: Pre-rollout check ask passed',
      'Progressing: Confirm-traffic-increase check ask passed',
      'Progressing: Advance podinfo.test canary weight 100',
      'Progressing: Confirm-traffic-increase check ask passed',
      'Progressing: Confirm-promotion check ask passed',
      'Progressing: Copying podinfo.test template spec to podinfo-primary.test',
      'Promoting: podinfo-primary.test not ready: 0 of 1 available',
      'Promoting: Advance podinfo.test primary weight 50',
      'Promoting: Advance podinfo.test primary weight 100',
      'Succeeded: Post-rollout check ask passed',
      'Succeeded: Promotion completed! Scaling down podinfo.test',
    ]);
    assert.deepEqual(alerts(model), []);
    const reported = model.notices.flatMap((n) => (n.kind === 'event' ? [n.revision?.hash] : []));
    assert.deepEqual([reported[0], reported.at(-1)], ['v2', 'v2']);
  });

  test('are sent for a rollback: first why, then that the canary has failed', () => {
    const model = new Model({ policy: listening(undefined, { threshold: 1 }) });
    model.analysis = () => FAILING;
    model.run();
    assert.deepEqual(events(model).slice(-3), [
      'Progressing: Halt podinfo.test advancement success rate 80.00% < 99%',
      'Progressing: Rolling back podinfo.test failed checks threshold reached 1',
      'Failed: Canary failed! Scaling down podinfo.test',
    ]);
  });

  test('nothing is kept for telling where nobody listens', () => {
    assert.deepEqual(new Model().run().notices, []);
  });
});

describe('alerts', () => {
  test('of a Canary that is initialised', () => {
    const model = new Model({
      policy: listening('info'),
      taken: { phase: '', applied: undefined, promoted: '' },
      built: false,
    });
    assert.deepEqual(alerts(model.run()), ['info initialized: New Deployment detected, initialization completed.']);
  });

  test('of a release that is promoted', () => {
    assert.deepEqual(alerts(new Model({ policy: listening('info') }).run()), [
      'info progressing: New revision detected, progressing canary analysis.',
      'info promoted: Canary analysis completed successfully, promotion finished.',
      'over: progressing',
    ]);
  });

  test('of one without analysis', () => {
    const model = new Model({ policy: listening('info', { skipAnalysis: true }) }).run();
    assert.ok(alerts(model).includes('info promoted: Canary analysis was skipped, promotion finished.'));
  });

  test('a newer revision in mid-release raises no second one', () => {
    const model = new Model({ policy: listening('info') });
    let changed = false;
    model.before = () => {
      if (changed || model.state.weight < 20) return;
      changed = true;
      model.setImage({ hash: 'v3', configs: {} });
    };
    model.run();
    assert.equal(alerts(model).filter((line) => line.startsWith('info progressing')).length, 1);
  });

  test('of failed checks', () => {
    const model = new Model({ policy: listening('error', { threshold: 2 }) });
    model.analysis = () => FAILING;
    assert.deepEqual(alerts(model.run()), ['error failed: Failed checks threshold reached 2']);
  });

  test('of a progress deadline, of which Flagger never tells', () => {
    const model = new Model({ policy: listening('error') });
    model.canaryReadySeconds = undefined;
    assert.deepEqual(alerts(model.run()), [
      'error failed: Progress deadline exceeded deployment "canary" exceeded its progress deadline',
    ]);
  });

  test('of a promotion that fails', () => {
    const model = new Model({ policy: listening('error') });
    model.primaryReadySeconds = undefined;
    model.primaryRolledAt = -1e9;
    model.before = () => {
      model.primaryReadySeconds = model.state.phase === 'Promoting' ? undefined : 3;
    };
    assert.match(
      alerts(model.run())[0] ?? '',
      /^error failed: Promotion failed, primary not ready: deployment "primary"/,
    );
  });

  test('of what people ordered: a warning, no error', () => {
    const model = new Model({ policy: listening('warn') });
    let aborted = false;
    model.before = () => {
      if (aborted || model.state.weight === 0) return;
      aborted = true;
      model.order('abort');
    };
    assert.deepEqual(alerts(model.run()), ['warn stopped: Rolling back aborted by alice: test']);
  });

  test('of a rollback webhook', () => {
    const model = new Model({ policy: listening('warn', { hooks: { rollback: ['ask'] } }) });
    model.answer = () => ({ results: [{ hook: 'ask', ok: model.state.weight >= 20 }] });
    assert.deepEqual(alerts(model.run()), ['warn stopped: Rolling back manual webhook invoked']);
  });

  test('of whom a least severity keeps away, nothing is remembered either', () => {
    const model = new Model({ policy: listening('error') }).run();
    assert.deepEqual([alerts(model), model.state.raised], [[], []]);
  });
});

describe('gates', () => {
  const TEXTS = {
    'confirm-rollout': 'warn waiting: Canary is waiting for approval.',
    'confirm-traffic-increase': 'warn waiting: Canary traffic increase is waiting for approval.',
    'confirm-promotion': 'warn waiting: Canary promotion is waiting for approval.',
  };
  for (const [gate, text] of Object.entries(TEXTS)) {
    const closed = (changes: Partial<Policy> = {}): Model => {
      const model = new Model({ policy: listening('warn', { hooks: { [gate]: ['ask'] }, ...changes }) });
      let asked = 0;
      model.answer = () => (asked++ < 3 ? DENIED : PASSED);
      return model.run();
    };

    test(`${gate}: told when it closes, not each time it is asked, and over when it opens`, () => {
      const reported = alerts(closed());
      assert.deepEqual(reported.slice(0, 2), [text, 'over: waiting']);
      assert.equal(reported.filter((line) => line === text).length, 1);
    });

    test(`${gate}: not where its webhook is muted`, () => {
      assert.deepEqual(alerts(closed({ muted: ['ask'] })), []);
    });
  }
});

describe('an alert is over', () => {
  test('of a failure, when the next release is under way', () => {
    const model = new Model({ policy: listening('error'), taken: { phase: 'Failed' } }).run();
    assert.deepEqual(alerts(model), ['over: failed, stopped']);
    assert.deepEqual(model.state.raised, []);
  });

  test('of a release that another run has left, when it is rolled back', () => {
    const model = new Model({
      policy: listening('info'),
      taken: { phase: 'Progressing', weight: 30, applied: V2 },
    }).run();
    assert.deepEqual(alerts(model), [
      'error failed: Rolling back its workflow ended without finishing',
      'over: progressing, waiting',
    ]);
  });
});

test('a rollback from outside is reported like any other', () => {
  const { state } = new Model({ policy: listening('info') });
  const before = { ...state, policy: listening('error'), phase: 'Progressing' as const };
  const failed = { ...before, phase: 'Failed' as const, ending: { kind: 'rolled-back', reason: 'r' } as const };
  assert.deepEqual(
    noticesOfRetreat(before, failed, 'Rolling back podinfo.test for a reason', 7).map((n) =>
      n.kind === 'over' ? n.kind : [n.kind, n.at, n.message],
    ),
    [
      ['event', 7, 'Rolling back podinfo.test for a reason'],
      ['event', 7, 'Canary failed! Scaling down podinfo.test'],
      ['alert', 7, 'Rolling back podinfo.test for a reason'],
    ],
  );
});
