import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Takeover } from '../../src/domain/initial.js';
import type { RestoreOptions } from '../../src/domain/orders/restore-options.js';
import { Model, policyWith, V1, V2, V3 } from './model.js';

const FAILED: Partial<Takeover> = { phase: 'Failed', applied: V2, promoted: 'v1' };
const SAME: RestoreOptions = { target: 'same' };

/** A run that was started for the order. */
function retried(recall: RestoreOptions, changes: ConstructorParameters<typeof Model>[0] = {}): Model {
  const m = new Model({ taken: FAILED, target: V2, ...changes });
  m.order('retry', { reason: 'the database was down', of: 'test.podinfo.1' }, recall);
  return m.run();
}

function refusalIn(m: Model): string | undefined {
  const entry = m.state.record.find(({ what }) => what === 'order');
  return entry?.what === 'order' ? entry.refused : assert.fail('the order is not in the record');
}

describe('retry', () => {
  test('analyses the revision that has failed from the start, and promotes it', () => {
    const m = retried(SAME);
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.equal(m.primaryRuns.hash, 'v2');
    assert.ok(m.events.includes('Retrying podinfo.test revision v2 by alice: the database was down'));
    const entry = m.state.record.find(({ what }) => what === 'order');
    assert.deepEqual(entry?.what === 'order' && [entry.by, entry.of, entry.refused], [
      'alice',
      'test.podinfo.1',
      undefined,
    ]);
  });

  test('stops at the gates of every release', () => {
    const m = new Model({
      taken: FAILED,
      target: V2,
      policy: policyWith({ hooks: { 'confirm-rollout': ['boss'] } }),
    });
    m.answer = () => ({ results: [{ hook: 'boss', ok: false }] });
    m.order('retry', {}, SAME);
    m.run(30);
    assert.equal(m.state.phase, 'Waiting');
    assert.equal(m.targetReplicas, 0);
  });

  test('of a promotion that failed: the canary keeps the traffic until the promotion works', () => {
    const m = retried(
      { target: 'promoted' },
      {
        taken: { ...FAILED, weight: 100 },
        policy: policyWith({ strategy: { kind: 'canary', stepWeight: 50, maxWeight: 100, stepWeightPromotion: 0 } }),
      },
    );
    assert.equal(refusalIn(m), undefined);
  });

  test('without it a failed revision is left alone', () => {
    const m = new Model({ taken: FAILED, target: V2 }).run();
    assert.equal(m.state.ending?.kind, 'reconciled');
    assert.deepEqual(m.weightsSeen, []);
  });

  const refusals: readonly (readonly [string, RestoreOptions, Partial<Takeover>, RegExp])[] = [
    ['the target has changed since', { target: 'changed' }, {}, /the target has changed since/],
    ['the target is back at what was promoted', { target: 'promoted' }, {}, /there is nothing to release/],
    [
      'the newest release was promoted',
      SAME,
      { phase: 'Succeeded', promoted: 'v2' },
      /has not failed \(phase Succeeded\)/,
    ],
    ['nothing was released yet', SAME, { phase: 'Initialized', applied: V1 }, /has not failed \(phase Initialized\)/],
    [
      'the Canary is suspended',
      { target: 'same', obstacle: 'the Canary is suspended' },
      {},
      /^can't retry: the Canary is suspended$/,
    ],
  ];
  for (const [what, recall, taken, expected] of refusals) {
    test(`is refused where ${what}`, () => {
      const m = retried(recall, { taken: { ...FAILED, ...taken }, target: taken.applied ?? V2 });
      assert.match(refusalIn(m) ?? '', expected);
      assert.deepEqual(m.weightsSeen, []);
      assert.equal(m.state.ending?.kind, 'reconciled');
    });
  }

  test('is refused while a release is under way, and for another revision than the newest', () => {
    const m = new Model();
    m.before = () => {
      if (m.turns === 5) m.order('retry', {}, SAME);
    };
    m.run();
    assert.match(refusalIn(m) ?? '', /^can't retry: a release is under way \(phase Progressing\); abort it first$/);
    const other = new Model({ taken: FAILED, target: V2 });
    other.order('retry', { revision: V3.hash }, SAME);
    other.run();
    assert.equal(refusalIn(other), "can't retry: the newest revision is v2, not v3");
  });
});
