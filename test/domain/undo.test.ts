import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialState } from '../../src/domain/initial.js';
import type { RestoreOptions } from '../../src/domain/orders/restore-options.js';
import { Model, policyWith, V1, V2, V3 } from './model.js';

const COLD: RestoreOptions = { target: 'promoted', previous: { revision: 'v1', warm: false } };
const WARM: RestoreOptions = { target: 'promoted', previous: { revision: 'v1', warm: true } };
const CAUSE = { id: 'undo', kind: 'order', by: 'alice' } as const;

/** A Canary whose primary runs v2 since a while, and ran v1 before. */
function promoted(changes: Parameters<typeof policyWith>[0] = {}, warm = false): Model {
  const m = new Model({ policy: policyWith(changes), taken: { phase: 'Succeeded', applied: V2, promoted: 'v2' } });
  m.primaryRuns = V2;
  m.previous = V1;
  m.warm = warm ? 'ready' : 'none';
  return m;
}

function refusalIn(m: Model): string | undefined {
  const entry = m.state.record.find(({ what }) => what === 'order');
  return entry?.what === 'order' ? entry.refused : assert.fail('the order is not in the record');
}

describe('undo', () => {
  test('brings the former version back by the primary’s own rolling update', () => {
    const m = promoted();
    m.order('undo', {}, COLD);
    m.run();
    assert.deepEqual([m.state.ending?.kind, m.state.phase, m.primaryRuns.hash], ['undone', 'Failed', 'v1']);
    assert.deepEqual(m.weightsSeen, [0]);
    assert.deepEqual([m.state.applied?.hash, m.state.promoted], ['v2', 'v1']);
    assert.deepEqual(
      m.events.filter((message) => !message.includes('not ready')),
      [
        'Undoing the promotion of podinfo.test by alice: test',
        'Putting the former version of podinfo-primary.test back',
        'Routing all traffic to primary',
        'Promotion undone! podinfo.test by alice: test',
      ],
    );
  });

  test('with warm pods moves traffic first, and home when the primary is ready', () => {
    const m = promoted({}, true);
    const when: number[] = [];
    const began = m.now;
    m.before = () => {
      if (m.weights?.canary === 100) {
        assert.equal(m.warm, 'serving');
        when.push(m.now - began);
      }
    };
    m.order('undo', {}, WARM);
    m.run();
    assert.equal(when[0], 0, 'no pod was waited for');
    assert.deepEqual(m.weightsSeen, [100, 0]);
    assert.deepEqual([m.state.ending?.kind, m.primaryRuns.hash, m.warm], ['undone', 'v1', 'none']);
  });

  test('with warm pods that can’t be reached after all goes without them', () => {
    const m = promoted({}, true);
    m.breaks = (effect) => (effect.do === 'divert' ? { type: 'UserError', message: 'no endpoints' } : undefined);
    m.order('undo', {}, WARM);
    m.run();
    assert.deepEqual(m.weightsSeen, [0]);
    assert.deepEqual([m.state.ending?.kind, m.primaryRuns.hash], ['undone', 'v1']);
    assert.ok(m.events.includes('no endpoints'));
  });

  test('a primary that never becomes ready with the former version is given up, so that a fix can be released', () => {
    const m = promoted({ progressDeadlineSeconds: 60 });
    m.primaryReadySeconds = undefined;
    m.order('undo', {}, COLD);
    const began = m.now;
    m.run();
    assert.deepEqual([m.state.ending?.kind, m.state.phase, m.primaryRuns.hash], ['undone', 'Failed', 'v1']);
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
    assert.equal(
      m.now - began,
      120_000,
      'once Kubernetes has given it up, a person has the progress deadline to mend it',
    );
    assert.equal(
      m.events.at(-1),
      'Promotion undone! podinfo.test by alice: test; podinfo-primary.test is not ready: ' +
        'deployment "primary" exceeded its progress deadline',
    );
    const { phase, applied, promoted: before } = m.state;
    const fix = new Model({ policy: m.policy, taken: { phase, applied, promoted: before }, target: V3 });
    fix.primaryRuns = V1;
    fix.primaryReadySeconds = undefined;
    fix.before = () => {
      if (fix.primaryRuns.hash === 'v3') fix.primaryReadySeconds = 3;
    };
    assert.equal(fix.run().state.ending?.kind, 'promoted');
  });

  test('… but not while warm pods serve everybody: it is waited for, ever more seldom', () => {
    const m = promoted({ progressDeadlineSeconds: 60 }, true);
    m.primaryReadySeconds = undefined;
    m.order('undo', {}, WARM);
    m.before = () => {
      if (m.now > 3_000_000) m.primaryReadySeconds = 3;
      else assert.equal(m.state.ending, undefined);
    };
    m.run();
    assert.deepEqual([m.state.ending?.kind, m.primaryRuns.hash, m.warm], ['undone', 'v1', 'none']);
    assert.ok(m.turns < 1000, `${m.turns} turns`);
  });

  test('the refused revision is not shipped again by itself; another one is', () => {
    const m = promoted();
    m.order('undo', {}, COLD);
    m.run();
    const { phase, applied, promoted: before } = m.state;
    const again = (target: typeof V2): Model => {
      const next = new Model({ taken: { phase, applied, promoted: before }, target });
      next.primaryRuns = V1;
      return next.run();
    };
    assert.equal(again(V2).state.ending?.kind, 'reconciled');
    assert.equal(again(V3).state.ending?.kind, 'promoted');
    const retried = new Model({ taken: { phase, applied, promoted: before }, target: V2 });
    retried.order('retry', {}, { target: 'same', previous: 'undone' });
    assert.equal(retried.run().state.ending?.kind, 'promoted');
  });

  test('nothing else can be ordered meanwhile, and a suspended Canary doesn’t stop it', () => {
    const m = promoted({}, true);
    m.before = () => {
      if (m.weights?.canary !== 100 || m.policy.suspend) return;
      m.policy = policyWith({ generation: 2, suspend: true });
      m.order('pause', { requestId: 'p' });
      m.nudge();
    };
    m.order('undo', {}, WARM);
    m.run();
    assert.equal(m.state.ending?.kind, 'undone');
    const entry = m.state.record.find((one) => one.what === 'order' && one.refused !== undefined);
    assert.equal(entry?.what === 'order' && entry.refused, "can't pause: the last promotion is being undone");
  });

  test('a run that dies in the middle is rolled back to the former version by the next', () => {
    for (const recall of [COLD, WARM]) {
      for (let turns = 2; turns < 12; turns += 1) {
        const m = promoted({}, recall === WARM);
        m.order('undo', {}, recall);
        m.run(turns);
        if (m.state.ending) break;
        const { phase, canaryWeight } = m.status;
        const { applied, promoted: before, epoch } = m.state;
        const taken = {
          epoch: epoch + 1,
          phase: phase as 'Promoting',
          weight: canaryWeight,
          failedChecks: 0,
          iterations: 0,
        };
        const cause = { ...CAUSE, kind: 'recover' } as const;
        m.state = initialState(
          m.state.canary,
          cause,
          { ...taken, applied, promoted: before, markedInvalid: false },
          m.now,
        );
        m.before = () => undefined;
        m.run();
        assert.equal(m.status.phase, 'Failed', `after ${turns} turns`);
        assert.deepEqual([m.primaryRuns.hash, m.weights?.canary], ['v1', 0], `after ${turns} turns`);
      }
    }
  });

  test('people are notified as of a rollback, and the alert is a warning', () => {
    const m = promoted({ listeners: { events: false, alertsFrom: 'info' }, hooks: { 'post-rollout': ['report'] } });
    m.order('undo', { reason: 'checkout is broken' }, COLD);
    m.run();
    const alerts = m.notices.flatMap((notice) => (notice.kind === 'alert' ? [[notice.severity, notice.message]] : []));
    assert.deepEqual(alerts, [['warn', 'Promotion undone by alice: checkout is broken']]);
    assert.equal(m.state.ending?.kind, 'undone');
    assert.ok(m.events.includes('Post-rollout check report passed'));
  });

  const refusals: readonly (readonly [string, RestoreOptions, 'Succeeded' | '' | 'Failed', RegExp])[] = [
    ['nothing was promoted before', { target: 'promoted' }, 'Succeeded', /nothing was promoted before, or/],
    ['it has been undone already', { target: 'same', previous: 'undone' }, 'Failed', /has been undone already$/],
    [
      'the Canary is deleted',
      { target: 'same', obstacle: 'the Canary is being deleted' },
      'Succeeded',
      /being deleted$/,
    ],
  ];
  for (const [what, recall, phase, expected] of refusals) {
    test(`is refused where ${what}`, () => {
      const m = new Model({ taken: { phase, applied: V2, promoted: 'v2' } });
      m.order('undo', {}, recall);
      m.run();
      assert.match(refusalIn(m) ?? '', expected);
      assert.deepEqual(m.weightsSeen, []);
    });
  }

  test('is refused while a release is under way', () => {
    const m = new Model();
    m.before = () => {
      if (m.turns === 5) m.order('undo', {}, COLD);
    };
    m.run();
    assert.equal(refusalIn(m), "can't undo: a release is under way (phase Progressing); abort it first");
  });
});

test('a promotion keeps warm pods for as long as the Canary asks for', () => {
  const m = new Model({ policy: policyWith({ keepPreviousSeconds: 600 }) }).run();
  assert.equal(m.state.ending?.kind, 'promoted');
  assert.equal(m.warm, 'ready');
  assert.equal(new Model().run().warm, 'none');
});
