import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../src/domain/decision/effects.js';
import { needsNoLease } from '../../src/domain/decision/without-lease.js';

const TELLING: readonly Effect[] = [
  { do: 'event', type: 'Warning', message: 'halted' },
  { do: 'condition', message: 'refused', refused: true },
];
const HOME: readonly Effect[] = [{ do: 'weights', primary: 100, canary: 0 }, { do: 'drain' }, { do: 'scaleDown' }];
const GIVING_BACK: readonly Effect[] = [{ do: 'scaleLikePrimary' }, { do: 'revert' }];
const revision = { hash: 'a', configs: {} };
const EXPOSING: readonly Effect[] = [
  { do: 'weights', primary: 75, canary: 25 },
  { do: 'weights', primary: 0, canary: 100, everybody: true },
  { do: 'weights', primary: 100, canary: 0, mirrored: true },
  { do: 'scaleUp' },
  { do: 'build' },
  { do: 'promote', revision },
  { do: 'divert' },
  { do: 'restore' },
  { do: 'reconcile', primary: 100, canary: 0 },
];

test('a run without a Lease notifies people, and takes traffic home', () => {
  assert.ok(needsNoLease([...TELLING, ...HOME], false));
});

test('it gives back what a Canary has changed only where that is on its way out', () => {
  for (const effect of GIVING_BACK) {
    assert.ok(needsNoLease([...TELLING, effect], true), effect.do);
    assert.ok(!needsNoLease([effect], false), effect.do);
  }
});

test('nobody meets a canary by it, and no pods are replaced', () => {
  for (const deleting of [false, true])
    for (const effect of EXPOSING)
      assert.ok(!needsNoLease([...TELLING, ...HOME, effect], deleting), JSON.stringify(effect));
});

test('it does not end: the last batch is what gives the Lease back', () => {
  assert.ok(!needsNoLease([], false));
  assert.ok(!needsNoLease([], true));
});
