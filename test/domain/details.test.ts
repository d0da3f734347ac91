import assert from 'node:assert/strict';
import { test } from 'node:test';
import { why } from '../../src/domain/narrative/why.js';
import { possibleUnderWay } from '../../src/domain/orders/possible.js';
import type { RunState } from '../../src/domain/state.js';
import { initialState } from '../../src/domain/initial.js';
import { detailsOf } from '../../src/workflows/shown/details.js';
import { policyWith } from './model.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ID = 'canary/c/test/podinfo';

function stateWith(more: Partial<RunState>): RunState {
  const fresh = initialState(
    { cluster: 'c', namespace: 'test', name: 'podinfo' },
    { id: '', kind: 'target', by: 'ci' },
    {
      epoch: 1,
      phase: 'Progressing',
      weight: 20,
      failedChecks: 0,
      iterations: 0,
      applied: { hash: 'v2', configs: {} },
      promoted: 'v1',
      markedInvalid: false,
    },
    NOW,
  );
  return { ...fresh, policy: policyWith({}), begun: true, ...more };
}

const STATES: readonly (readonly [string, RunState])[] = [
  ['an analysis', stateWith({})],
  ['a pause', stateWith({ paused: { by: 'eve', reason: 'tea', since: NOW } })],
  ['a gate', stateWith({ gate: { gate: 'confirm-promotion', hook: 'ask', since: NOW }, phase: 'WaitingPromotion' })],
  ['a promotion', stateWith({ phase: 'Promoting' })],
  ['an end', stateWith({ ending: { kind: 'rolled-back', reason: 'errors' } })],
];

for (const [name, state] of STATES) {
  test(`the Temporal UI says of ${name} what the API says: why it stands there, and each order that would be obeyed`, () => {
    const text = detailsOf(state, ID);
    assert.ok(text.includes(why(state)), text);
    const reported = [...text.matchAll(/^- `(serinus .*) --reason "…"`: (.*)$/gm)].map(([, command, effect]) => [
      command,
      effect,
    ]);
    assert.deepEqual(
      reported,
      possibleUnderWay(state).map(({ command, effect }) => [command, effect]),
    );
  });
}

test('an order of the record has the word that people gave it with', () => {
  const record = [
    { at: NOW, what: 'order', order: 'setWeight 40', by: 'eve', reason: 'more samples', channel: 'cli' },
  ] as const;
  assert.match(detailsOf(stateWith({ record }), ID), /^- 12:00:00 eve ordered weight 40: more samples$/m);
});
