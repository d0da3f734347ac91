import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialState } from '../../src/domain/initial.js';
import { leaseTerm, plan } from '../../src/domain/decision/plan.js';
import { longestWait, patienceOf } from '../../src/domain/silence/silence.js';
import { report } from '../../src/domain/steps/rest.js';

/** What a look takes, in seconds, with something to spare. */
const WORK = 4;

describe('a Lease', () => {
  test('has a whole term left at any moment, if it is looked at once a wait', () => {
    for (const [minimum, interval] of [
      [60, 1],
      [60, 10],
      [60, 30],
      [60, 300],
      [20, 60],
      [5, 2],
    ] as const) {
      const term = Math.max(minimum, 3 * interval);
      for (const wait of [interval, 300]) {
        const { seconds, renewBelow } = patienceOf(minimum, interval, wait);
        let left = seconds;
        let least = left;
        for (let look = 0; look < 50; look += 1) {
          left -= wait + Math.min(look % (WORK + 1), wait);
          least = Math.min(least, left);
          if (left <= renewBelow) left = seconds;
        }
        assert.ok(least >= term, `${least} s of ${term} s, for waits of ${wait} s`);
      }
    }
  });

  test('that a batch of effects has just renewed needs no renewal at the next look', () => {
    const { seconds, renewBelow } = patienceOf(60, 10);
    assert.ok(seconds - 10 - 3 > renewBelow);
  });
});

test('while a canary is met nobody waits longer than an interval', () => {
  const policy = { intervalSeconds: 20 } as NonNullable<Parameters<typeof longestWait>[0]['policy']>;
  assert.equal(longestWait({ phase: 'Progressing', policy }), 20);
  assert.equal(longestWait({ phase: 'Initializing', policy }), 300);
});

test('a run that backs off is awaited for as long as it may wait', () => {
  const canary = { cluster: 'c', namespace: 'test', name: 'shop' };
  const taken = {
    epoch: 1,
    phase: 'Initializing',
    weight: 0,
    failedChecks: 0,
    iterations: 0,
    applied: undefined,
  } as const;
  const cause = { id: 'x', kind: 'spec', by: 'test' } as const;
  const world = {
    built: false,
    primary: { ready: true },
    canary: { ready: true },
    sameAsPrimary: false,
    drift: [],
  } as const;
  let now = 0;
  let state = initialState(canary, cause, { ...taken, promoted: '', markedInvalid: false }, now);
  let longest = 0;
  for (let look = 0; look < 12; look += 1) {
    state = { ...state, fresh: false };
    const decision = report({ state, findings: { world }, now }, 'the target is missing');
    assert.notEqual(decision.do, 'rollBack');
    if (decision.do === 'rollBack') return;
    state = decision.next;
    const next = plan({ ...state, fresh: false }, now);
    const term = leaseTerm(state, 60);
    assert.ok(next.do === 'wait' && term.kind === 'seconds');
    longest = Math.max(longest, next.ms);
    // Had it been renewed as late as it may be.
    assert.ok((term.renewBelow ?? 0) * 1000 >= next.ms + 60_000, `${next.ms} ms, renewed below ${term.renewBelow} s`);
    now += next.ms;
  }
  assert.equal(longest, 300_000);
});
