import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verdictOf, whyIn, type Ended } from '../../src/domain/narrative/verdict.js';
import { versionsOf } from '../../src/domain/narrative/versions.js';
import type { RecordEntry } from '../../src/domain/record/record.js';

describe('versions are named as people call them', () => {
  const cases: readonly [string, readonly string[], readonly string[], object][] = [
    ['by tags', ['r:5000/app:1.0'], ['r:5000/app:2.0'], { from: '1.0', to: '2.0' }],
    ['a port is no tag', ['r:5000/app'], ['r:5000/app:2'], { from: 'latest', to: '2' }],
    ['nothing changes', ['app:1', 'side:7'], ['app:1', 'side:7'], { from: '1' }],
    ['something else of the template', ['app:1'], ['app:1'], { from: '1' }],
    ['nothing ran before', [], ['app:1'], { to: '1' }],
    ['no image is known', [], [], {}],
    ['the container that changes', ['app:1', 'side:7'], ['app:1', 'side:8'], { from: '7', to: '8' }],
    ['and how many more', ['app:1', 'side:7'], ['app:2', 'side:8'], { from: '1', to: '2 +1' }],
    ['another repository', ['old/app:1'], ['new/app:2'], { from: '1', to: '2' }],
    ['the same tag elsewhere', ['old/app:1'], ['new/app:1'], { from: 'old/app:1', to: 'new/app:1' }],
    [
      'the same tag, pushed again',
      [`app:1@sha256:${'a'.repeat(64)}`],
      [`app:1@sha256:${'b'.repeat(64)}`],
      { from: 'a'.repeat(12), to: 'b'.repeat(12) },
    ],
    ['by digests', [`app@sha256:${'a'.repeat(64)}`], ['app:2'], { from: 'a'.repeat(12), to: '2' }],
  ];
  for (const [name, before, after, expected] of cases)
    test(name, () => assert.deepEqual(versionsOf(before, after), expected));
});

describe('what became of a release is one sentence', () => {
  const check = (ok: boolean, more: object = {}): RecordEntry => ({
    ...{ at: 1, what: 'analysis', weight: 10, ok, hooks: [], metrics: [] },
    ...more,
  });
  const order = (name: string, by: string, reason: string, more: object = {}): RecordEntry => ({
    ...{ at: 1, what: 'order', order: name, by, reason, channel: 'ui' },
    ...more,
  });
  const rate = { metric: 'request-success-rate', ok: false, value: 66.9712, min: 99 };
  const slow = { metric: 'request-duration', ok: false, value: 900, max: 500 };
  const failed = 'Rolling back cart.shop failed checks threshold reached 10';
  const said = (ended: Partial<Ended>): string =>
    verdictOf({ outcome: 'promoted', reason: '', failedChecks: 0, record: [], ...ended });

  const cases: readonly [Partial<Ended>, string][] = [
    [
      { outcome: 'rolled-back', reason: failed, failedChecks: 10, record: [check(false, { metrics: [rate] })] },
      'Rolled back: success rate 66.97%, needs at least 99%, 10 failed checks',
    ],
    [
      { outcome: 'rolled-back', reason: failed, failedChecks: 1, record: [check(false, { metrics: [slow] })] },
      'Rolled back: request duration 900 ms, needs at most 500 ms, 1 failed check',
    ],
    [
      {
        outcome: 'rolled-back',
        reason: failed,
        failedChecks: 2,
        record: [check(false, { hooks: [{ hook: 'smoke', ok: false }] })],
      },
      'Rolled back: webhook smoke failed, 2 failed checks',
    ],
    [
      { outcome: 'rolled-back', reason: 'Rolling back cart.shop progress deadline exceeded no image' },
      'Rolled back: progress deadline exceeded no image',
    ],
    [{ record: [check(true), check(true)] }, 'Promoted: 2 checks passed'],
    [{ record: [check(true), check(false)] }, 'Promoted: 1 of 2 checks passed'],
    [{}, 'Promoted: without checks'],
    [
      { outcome: 'aborted', reason: 'Rolling back cart.shop', record: [order('abort', 'alice', 'too many errors')] },
      'Aborted by alice: too many errors',
    ],
    [{ outcome: 'undone', record: [order('undo', 'bob', '')] }, 'Undone by bob'],
    [
      { outcome: 'aborted', reason: 'cancelled', record: [order('abort', 'eve', 'x', { refused: 'no' })] },
      'Aborted: cancelled',
    ],
    [
      { outcome: 'promotion-failed', reason: 'Promotion of cart.shop failed, primary not ready: no room' },
      'Promotion failed: primary not ready: no room',
    ],
    [{ outcome: 'died', reason: '' }, 'Run cut off'],
  ];
  for (const [ended, sentence] of cases) test(sentence, () => assert.equal(said(ended), sentence));

  test('beside the outcome only the rest of it is shown', () => {
    assert.equal(whyIn('Promoted: 2 checks passed', 'promoted'), '2 checks passed');
    assert.equal(whyIn('Aborted by alice: too many errors', 'aborted'), 'by alice: too many errors');
    assert.equal(whyIn('Run cut off', 'died'), '');
    assert.equal(whyIn('of another version', 'ended-somehow'), 'of another version');
    assert.equal(whyIn('Ended', undefined), 'Ended');
  });
});
