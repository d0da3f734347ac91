import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GATE_NAMES } from '../../src/domain/approvals/gates.js';
import { refusalOf, type Order } from '../../src/domain/orders/orders.js';
import { initialState } from '../../src/domain/initial.js';
import type { ClosedGate } from '../../src/domain/approvals/approval-state.js';
import type { RunState } from '../../src/domain/state.js';

const KEY = { cluster: 'default', namespace: 'shop', name: 'cart' };
const REVISION = { hash: 'abc', configs: {} };
const taken = {
  epoch: 1,
  phase: 'Progressing',
  weight: 0,
  failedChecks: 0,
  iterations: 0,
  applied: REVISION,
  promoted: 'old',
  markedInvalid: false,
} as const;

function waitingAt(gate: ClosedGate['gate'], weight: number): RunState {
  const state = initialState(KEY, { id: 'r', kind: 'target', by: 'anna' }, taken, 0);
  const closed = gate.startsWith('confirm-')
    ? { gate, hook: 'ask', since: 0, revision: REVISION }
    : { gate, since: 0, revision: REVISION, stoodStillMs: 0 };
  return { ...state, weight, gate: closed as ClosedGate };
}

const base = { by: 'a link', reason: '', requestId: 'x', channel: 'chat' } as const;
const order = (kind: 'approve' | 'reject', gate: ClosedGate['gate'], atWeight: number, revision = 'abc'): Order => ({
  ...base,
  order: kind,
  gate,
  atWeight,
  revision,
});

describe('an approval, or its refusal, that says what it is for', () => {
  for (const kind of ['approve', 'reject'] as const) {
    for (const meant of GATE_NAMES) {
      test(`${kind} ${meant} counts at that gate, at that weight, for that revision only`, () => {
        // A withheld rollback can't be rejected at all.
        if (kind === 'approve' || meant !== 'rollback') {
          assert.equal(refusalOf(waitingAt(meant, 20), order(kind, meant, 20)), undefined);
        }
        for (const gate of GATE_NAMES.filter((other) => other !== meant)) {
          assert.match(
            refusalOf(waitingAt(gate, 20), order(kind, meant, 20)) ?? '',
            /it waits|its rollback waits/,
            gate,
          );
        }
        for (const weight of [0, 10, 30]) {
          assert.match(
            refusalOf(waitingAt(meant, weight), order(kind, meant, 20)) ?? '',
            /the canary has|rollback waits/,
          );
        }
        assert.match(refusalOf(waitingAt(meant, 20), order(kind, meant, 20, 'def')) ?? '', /is abc, not def/);
      });
    }
  }

  test('one that doesn’t say counts wherever it waits, as ever', () => {
    for (const gate of GATE_NAMES) {
      assert.equal(refusalOf(waitingAt(gate, 20), { ...base, order: 'approve' }), undefined);
    }
  });
});
