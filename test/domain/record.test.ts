import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isWorthKeeping, outcomeOf } from '../../src/domain/record/outcome.js';
import {
  actorsIn,
  NOTHING_OFFLOADED,
  surplusOf,
  withOffloaded,
  withoutDeeds,
  type Offloaded,
  type RecordEntry,
} from '../../src/domain/record/record.js';
import { recorded } from '../../src/domain/steps/common.js';
import type { RunState } from '../../src/domain/state.js';
import { Model, PASSING } from './model.js';

/** As the workflow does it after each turn. */
function lightened(state: RunState): { readonly state: RunState; readonly piece: readonly RecordEntry[] } {
  const piece = surplusOf(state.record);
  if (piece.length === 0) return { state, piece };
  const handedOver = withOffloaded(state.handedOver, piece);
  return { state: { ...state, record: state.record.slice(piece.length), handedOver }, piece };
}

const entry: fc.Arbitrary<RecordEntry> = fc.oneof(
  fc.record({ at: fc.nat(), what: fc.constant('weight' as const), canary: fc.nat(100) }),
  fc.record({ at: fc.nat(), what: fc.constant('phase' as const), phase: fc.constantFrom('Progressing', 'Promoting') }),
  fc.record({
    at: fc.nat(),
    what: fc.constant('order' as const),
    order: fc.constant('pause'),
    by: fc.constantFrom('alice', 'bob', 'eve'),
    reason: fc.string(),
    channel: fc.constant('api'),
  }),
);

describe('a record of any length', () => {
  test('pieces and rest are the whole of it, in order; a run carries little', () => {
    const turns = fc.array(fc.array(entry, { maxLength: 9 }), { maxLength: 200 });
    fc.assert(
      fc.property(turns, (all) => {
        let state = new Model().state;
        let whole = state;
        const pieces: RecordEntry[] = [];
        for (const entries of all) {
          state = recorded(state, entries);
          whole = recorded(whole, entries);
          const next = lightened(state);
          assert.equal(next.state.handedOver.entries, pieces.push(...next.piece));
          state = next.state;
          assert.ok(state.record.length <= 160);
        }
        assert.deepEqual([...pieces, ...state.record], whole.record);
        assert.deepEqual(
          [...actorsIn(state.record, state.handedOver.actors)].sort(),
          [...actorsIn(whole.record)].sort(),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('what is handed over is counted', () => {
    const first = withOffloaded(NOTHING_OFFLOADED, [{ at: 1, what: 'phase', phase: 'Progressing' }]);
    const second: Offloaded = withOffloaded(first, [{ at: 2, what: 'weight', canary: 10 }]);
    assert.deepEqual(second, { entries: 2, chunks: 2, actors: [], phase: 'Progressing' });
  });
});

test('where effects could not be carried out, what was found out and ordered stays', () => {
  const before: RecordEntry[] = [{ at: 1, what: 'weight', canary: 10 }];
  const analysis: RecordEntry = { at: 2, what: 'analysis', weight: 10, ok: true, ...PASSING };
  const decided: RecordEntry[] = [
    ...before,
    analysis,
    { at: 2, what: 'event', type: 'Normal', message: 'Advance' },
    { at: 2, what: 'weight', canary: 20 },
  ];
  assert.deepEqual(withoutDeeds(before, decided), [...before, analysis]);
});

describe('worth keeping', () => {
  const of = (state: RunState) => isWorthKeeping(outcomeOf(state, ['r'], 0));

  test('is a release, whatever became of it', () => {
    const promoted = new Model().run().state;
    assert.equal(promoted.ending?.kind, 'promoted');
    assert.ok(of(promoted));
    const aborted = new Model();
    for (let turn = 0; turn < 50 && aborted.state.weight === 0; turn += 1) aborted.run(1);
    aborted.order('abort');
    assert.equal(aborted.run().state.ending?.kind, 'aborted');
    assert.ok(of(aborted.state));
  });

  test('is one that its Canary’s deletion has cut short', () => {
    const model = new Model();
    for (let turn = 0; turn < 50 && model.state.weight === 0; turn += 1) model.run(1);
    model.gone = true;
    assert.equal(model.run().state.ending?.kind, 'gone');
    assert.ok(of(model.state));
  });

  test('is nothing that has only looked', () => {
    const model = new Model({ target: { hash: 'v1', configs: {} } });
    assert.equal(model.run().state.ending?.kind, 'reconciled');
    assert.ok(!of(model.state));
  });
});
