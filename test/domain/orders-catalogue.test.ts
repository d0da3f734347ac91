import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byOrder, isForRest, ORDER_NAMES, ORDERS, orderCalled, wordOf } from '../../src/domain/orders/catalogue.js';
import { possibleAtRest, possibleUnderWay } from '../../src/domain/orders/possible.js';
import { initialState } from '../../src/domain/initial.js';
import { orderSignals, orderUpdates } from '../../src/workflows/contract.js';

/** Recorded histories, RBAC rules and scripts of users name them: none may be called otherwise one day. */
const CONTRACT = {
  approve: 'approve',
  reject: 'reject',
  pause: 'pause',
  resume: 'resume',
  abort: 'abort',
  promote: 'promote',
  setWeight: 'weight',
  skipStep: 'skip',
  retry: 'retry',
  undo: 'undo',
};

test('every order keeps its name, its word, its signal and its update', () => {
  assert.deepEqual(byOrder(wordOf), CONTRACT);
  assert.deepEqual(
    ORDER_NAMES.map((order) => [orderSignals[order].name, orderUpdates[order].name]),
    ORDER_NAMES.map((order) => [order, order]),
  );
});

test('what people call an order leads back to it', () => {
  for (const order of ORDER_NAMES) assert.equal(orderCalled(ORDERS[order].word), order);
  assert.equal(orderCalled('setWeight'), undefined);
});

test('what is possible follows the phase, and is worded for a terminal', () => {
  const canary = { cluster: 'c', namespace: 'test', name: 'podinfo' };
  const revision = { hash: 'v2', configs: {} };
  const at = (phase: 'Progressing' | 'Failed') =>
    initialState(
      canary,
      { id: '', kind: 'target', by: 'ci' },
      {
        epoch: 1,
        phase,
        weight: 20,
        failedChecks: 0,
        iterations: 0,
        applied: revision,
        promoted: 'v1',
        markedInvalid: false,
      },
      0,
    );
  const running = possibleUnderWay({ ...at('Progressing'), begun: true });
  assert.deepEqual(
    running.map(({ order }) => order),
    ['pause', 'abort', 'promote', 'setWeight', 'skipStep'],
  );
  assert.equal(running.find(({ order }) => order === 'setWeight')?.command, 'serinus weight podinfo 20 -n test');
  const atRest = possibleAtRest(at('Failed'), { target: 'same', previous: { revision: 'v0', warm: false } });
  assert.deepEqual(
    atRest.map(({ order }) => order),
    ORDER_NAMES.filter(isForRest),
  );
});
