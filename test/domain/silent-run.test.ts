import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  diagnose,
  isToRetreat,
  type Diagnosis,
  type Pulse,
  type RunSigns,
} from '../../src/domain/silence/silent-run.js';

const TERM = 90_000;
const SAFE = { ready: true, passed: true };
const alone = (overdueMs: number) => ({ overdueMs, durationMs: TERM, isOneOfMany: false });
const well: Pulse = { temporal: 'answers', workersSeenAgoMs: 1_000 };
const waiting: RunSigns = { open: true, attempt: 1 };

describe('why a release is silent', () => {
  const cases: readonly [string, Pulse, RunSigns | undefined, boolean, Diagnosis][] = [
    ['Temporal can’t be reached', { ...well, temporal: 'gone' }, undefined, false, 'temporal-gone'],
    ['Temporal takes its time', { ...well, temporal: 'late' }, undefined, false, 'workers-behind'],
    ['no worker asks for work', { ...well, workersSeenAgoMs: Infinity }, waiting, false, 'workers-gone'],
    ['no worker has for half a term', { ...well, workersSeenAgoMs: 45_001 }, waiting, false, 'workers-gone'],
    ['its run waits for its turn', well, waiting, false, 'workers-behind'],
    ['nobody has time to say how its run is', well, undefined, false, 'workers-behind'],
    ['its run has ended', well, { open: false, attempt: 0 }, false, 'run-gone'],
    ['its run fails each time', well, { open: true, attempt: 3 }, false, 'run-stuck'],
    ['tasks of many runs time out', well, { open: true, attempt: 3 }, true, 'workers-behind'],
    ['tasks of many runs fail for good', well, { open: true, attempt: 10 }, true, 'run-stuck'],
  ];
  for (const [name, pulse, run, isOneOfMany, expected] of cases) {
    test(`${name}: ${expected}`, () => {
      assert.equal(diagnose(pulse, run, { ...alone(TERM / 2), isOneOfMany }), expected);
    });
  }

  test('a long Lease doesn’t make a worker that is gone look alive', () => {
    const silence = { ...alone(0), durationMs: 3_600_000 };
    assert.equal(diagnose({ ...well, workersSeenAgoMs: 70_001 }, waiting, silence), 'workers-gone');
  });
});

describe('whether traffic is taken home', () => {
  test('at once where Temporal is gone', () => {
    assert.equal(isToRetreat('temporal-gone', alone(0), SAFE), false);
    assert.equal(isToRetreat('temporal-gone', alone(1), SAFE), true);
  });

  for (const diagnosis of ['workers-gone', 'run-gone', 'run-stuck'] as const) {
    test(`half a term later where the diagnosis is ${diagnosis}, however well the version does`, () => {
      assert.equal(isToRetreat(diagnosis, alone(TERM / 2 - 1), SAFE), false);
      assert.equal(isToRetreat(diagnosis, alone(TERM / 2), SAFE), true);
    });
  }

  test('not while workers are behind and the version is safe and judged, though not for ever', () => {
    assert.equal(isToRetreat('workers-behind', alone(TERM * 4 - 1), SAFE), false);
    assert.equal(isToRetreat('workers-behind', alone(TERM * 4), SAFE), true);
  });

  for (const exposure of [
    { ready: false, passed: true },
    { ready: true, passed: false },
  ]) {
    test(`no later than ever where users may be harmed: ${JSON.stringify(exposure)}`, () => {
      assert.equal(isToRetreat('workers-behind', alone(TERM / 2 - 1), exposure), false);
      assert.equal(isToRetreat('workers-behind', alone(TERM / 2), exposure), true);
    });
  }
});
