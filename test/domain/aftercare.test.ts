import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  afterLook,
  aftercareOf,
  notUndone,
  type Aftercare,
  type AfterLook,
} from '../../src/domain/aftercare/aftercare.js';
import type { Judged } from '../../src/domain/decision/judged.js';
import { initialState } from '../../src/domain/initial.js';
import type { RunState } from '../../src/domain/state.js';
import { policyWith, V1, V2 } from './model.js';

const CANARY = { cluster: 'c', namespace: 'test', name: 'podinfo' };
const NOW = 1_700_000_000_000;
const PATIENCE = { seconds: 3600, text: '1h', then: 'hold' } as const;
const DIGEST = 'd';

function promoted({
  watch = true,
  then = 'ask',
  seconds = 1800,
}: { watch?: boolean; then?: 'ask' | 'undo'; seconds?: number } = {}): RunState {
  const taken = { epoch: 1, phase: 'Initialized', weight: 0, failedChecks: 0, iterations: 0, applied: V1 } as const;
  const cause = { id: 'x', kind: 'target', by: 'alice' } as const;
  const state = initialState(CANARY, cause, { ...taken, promoted: 'v1', markedInvalid: false }, NOW - 900_000);
  const judgement = {
    ...({ digest: DIGEST, steps: 'guard', promotion: 'prove', wait: PATIENCE } as const),
    ...(watch ? { watch: { seconds, text: '30m', then } } : {}),
  };
  return {
    ...state,
    policy: policyWith({ intervalSeconds: 10, judgement, listeners: { events: true, alertsFrom: 'error' } }),
    phase: 'Succeeded',
    applied: V2,
    promoted: 'v2',
    judgement: { until: NOW - 1, digest: DIGEST, evidence: {}, began: NOW - 600_000 },
    ending: { kind: 'promoted', reason: 'Promotion completed!' },
  };
}

function begun(options: Parameters<typeof promoted>[0] = {}): Aftercare {
  const aftercare = aftercareOf(promoted(options), 'test.podinfo.r', NOW);
  assert.ok(aftercare);
  return aftercare;
}

function look(verdict: Judged['verdict'], to: number, windows = 1, more: Partial<Judged> = {}): AfterLook {
  const judged: Judged = { verdict, metrics: [], heard: true, windows, says: 'errors: bad 5 times', ...more };
  return { judged, memory: { until: to, digest: DIGEST, evidence: {} }, past: { from: 0, to: 1 } };
}

void describe('the watch after a promotion', () => {
  void it('begins where the policy asks for it, and only for what was promoted', () => {
    assert.equal(aftercareOf(promoted({ watch: false }), 'r', NOW), undefined);
    assert.equal(aftercareOf({ ...promoted(), ending: { kind: 'rolled-back', reason: '' } }, 'r', NOW), undefined);
    assert.equal(aftercareOf({ ...promoted(), policy: policyWith({}) }, 'r', NOW), undefined);
    const { began, until, since, periodMs, nextAt } = begun();
    assert.deepEqual(
      [until - began, since, periodMs, nextAt],
      [1_800_000, NOW - 600_000, 15_000, NOW + 15_000],
      'the past ends with the canary’s first traffic',
    );
  });

  void it('looks at most 120 times, however long it takes, so that what it remembers stays small', () => {
    let state = begun({ seconds: 24 * 3600 });
    let looks = 0;
    for (let now = state.nextAt; state.end === undefined; now = state.nextAt) {
      state = afterLook(state, look('WAIT', Math.min(now, state.until), looks), now).next;
      looks += 1;
    }
    assert.ok(looks <= 121, `${looks} looks`);
    assert.equal(state.end.kind, 'clean');
  });

  void it('says at its end how many windows it has judged', () => {
    const before = begun();
    const { next, say } = afterLook(before, look('PASS', before.until, 118), before.until + 20_000);
    assert.equal(next.end?.kind, 'clean');
    assert.equal(say?.type, 'Normal');
    assert.equal(say.message, 'Watched podinfo.test for 30m after its promotion: no regression in 118 windows');
    assert.deepEqual(
      next.record.map(({ what }) => what),
      ['watch', 'event'],
    );
  });

  void it('goes on while the last window is still open, and gives up where it never can be read', () => {
    const before = begun();
    const early = { ...look('WAIT', before.until - 60_000) };
    assert.equal(afterLook(before, early, before.until + 10_000).next.end, undefined);
    const { memory: _memory, ...unread } = look('WAIT', 0, 0, { unknown: 'the metrics server is down' });
    assert.equal(afterLook(before, unread, before.until + 10_000).next.end, undefined);
    const { next, say } = afterLook(before, unread, before.until + 120_000);
    assert.deepEqual(next.end, { kind: 'not-judged', says: 'the metrics server is down' });
    assert.match(say?.message ?? '', /nothing could be judged: the metrics server is down/);
  });

  void it('a regression offers an undo, on the condition too, by event and by alert', () => {
    const before = begun();
    const { next, say } = afterLook(before, look('FAIL', NOW + 60_000, 4), NOW + 70_000);
    assert.deepEqual(next.end, { kind: 'regressed', says: 'errors: bad 5 times' });
    assert.ok(say?.marked && say.undo === undefined);
    assert.match(say.message, /^Regression of podinfo.test after its promotion errors: bad 5 times: undo brings/);
    assert.match(say.message, /"serinus undo podinfo -n test"/);
    assert.deepEqual(
      say.notices.map((notice) => [notice.kind, notice.kind === 'alert' ? notice.topic : '']),
      [
        ['event', ''],
        ['alert', 'failed'],
      ],
    );
  });

  void it('or is undone by the policy; where that is refused, people are notified of it', () => {
    const before = begun({ then: 'undo' });
    const { next, say } = afterLook(before, look('FAIL', NOW + 60_000, 4), NOW + 70_000);
    assert.deepEqual([next.end?.undone, say?.undo, say?.marked], [true, 'errors: bad 5 times', undefined]);
    const stays = notUndone(next, "can't undo: a release is under way", NOW + 71_000);
    assert.deepEqual(stays.next.end, { kind: 'regressed', says: 'errors: bad 5 times' });
    assert.ok(stays.say.marked);
    assert.match(stays.say.message, /errors: bad 5 times: can't undo: a release is under way$/);
  });

  void it('ends with whatever comes after: that is written down, and nobody is woken', () => {
    const { next, say } = afterLook(begun(), { over: 'another release, or an undo, has begun' }, NOW + 15_000);
    assert.deepEqual(next.end, { kind: 'cut-short', says: 'another release, or an undo, has begun' });
    assert.equal(say, undefined);
    assert.match(JSON.stringify(next.record), /ended early: another release, or an undo, has begun/);
  });
});
