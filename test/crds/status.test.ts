import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStatus } from '../../src/crds/status.js';

const EMPTY = parseStatus(undefined);

test('a status as a controller writes it', () => {
  const promoted = { type: 'Promoted', status: 'True', reason: 'Succeeded', message: 'done' };
  const status = parseStatus({
    phase: 'Succeeded',
    failedChecks: 1,
    canaryWeight: 20,
    iterations: -1,
    trackedConfigs: { 'configmap/a': '0f' },
    lastAppliedSpec: 'a1',
    lastPromotedSpec: 'b2',
    lastTransitionTime: '2026-07-01T00:00:00Z',
    sessionAffinityCookie: 'a=b',
    conditions: [promoted, { type: 'broken' }],
    another: 'field',
  });
  assert.deepEqual(status, {
    ...EMPTY,
    phase: 'Succeeded',
    failedChecks: 1,
    canaryWeight: 20,
    iterations: -1,
    trackedConfigs: { 'configmap/a': '0f' },
    lastAppliedSpec: 'a1',
    lastPromotedSpec: 'b2',
    lastTransitionTime: '2026-07-01T00:00:00Z',
    sessionAffinityCookie: 'a=b',
    conditions: [promoted],
  });
});

for (const phase of ['', 'Unheard', 7, null]) {
  test(`phase ${JSON.stringify(phase)}`, () => assert.equal(parseStatus({ phase }).phase, ''));
}

test('one broken field does not spoil the others', () => {
  const status = parseStatus({ phase: 'Failed', canaryWeight: '20', trackedConfigs: [1], conditions: {} });
  assert.deepEqual(status, { ...EMPTY, phase: 'Failed' });
});
