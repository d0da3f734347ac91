import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assembled, type ArchivedRelease } from '../../src/archive/document.js';
import { documentOf } from '../../src/archive/release/document.js';
import { itemOfArchived, itemOfRun } from '../../src/api/releases/items.js';
import type { Run } from '../../src/api/releases/run.js';
import { Completion } from '../../src/api/releases/completion.js';
import type { EndedRelease } from '../../src/domain/record/outcome.js';
import type { RecordEntry } from '../../src/domain/record/record.js';
import { release } from '../archive/fixtures.js';

const RUN = '11111111-1111-4111-8111-111111111111';
const ID = `shop.cart.${RUN}`;

const record: readonly RecordEntry[] = [
  { at: 1, what: 'analysis', weight: 10, ok: true, hooks: [], metrics: [] },
  { at: 2, what: 'analysis', weight: 20, ok: true, hooks: [], metrics: [] },
];

const ended: EndedRelease = {
  canary: { cluster: 'default', namespace: 'shop', name: 'cart' },
  ending: { kind: 'promoted', reason: 'Promotion completed!' },
  cause: { id: '', kind: 'target', by: 'anna' },
  revision: { hash: 'abc', configs: {} },
  promoted: 'abc',
  phase: 'Succeeded',
  weight: 0,
  failedChecks: 0,
  startedAt: '2026-03-01T12:00:00.000Z',
  endedAt: '2026-03-01T12:10:00.000Z',
  record,
  recordDropped: 0,
  runs: [RUN],
};

const quiet = { warn: () => assert.fail('nothing is amiss') };
const noRuns = { outcome: () => assert.fail('Temporal has not to be asked') };

describe('what became of a release stands in lists', () => {
  test('as it was archived, without another question', async () => {
    const item = itemOfArchived(documentOf(ID, ended, undefined));
    assert.equal(item.verdict, 'Promoted: 2 checks passed');
    const asked = { get: () => assert.fail('the archive has not to be asked again') };
    assert.deepEqual(await new Completion(asked, noRuns, quiet).complete([{ item }]), [item]);
  });

  test('of what earlier versions have archived, and of a long record, from the whole record, once', async () => {
    const handedOver = { entries: 1, chunks: 1, actors: [], phase: undefined };
    const long = documentOf(ID, { ...ended, record: record.slice(1), handedOver }, undefined);
    assert.equal(long.verdict, undefined, 'what is at hand is not all there was');
    for (const document of [long, release(1, { id: ID, runs: [RUN], recordLength: 2 })]) {
      let asked = 0;
      const get = (): Promise<ArchivedRelease> => {
        asked += 1;
        return Promise.resolve({ ...document, ...assembled([{ from: 0, entries: record }], 2) });
      };
      const completion = new Completion({ get }, noRuns, quiet);
      for (const _ of [1, 2]) {
        const [completed] = await completion.complete([{ item: itemOfArchived(document) }]);
        assert.equal(completed?.verdict, 'Promoted: 2 checks passed');
      }
      assert.equal(asked, 1);
    }
  });

  test('a list is given without it where the archive does not answer, and waits no longer for each line', async () => {
    let asked = 0;
    const get = (): Promise<undefined> => {
      asked += 1;
      return Promise.reject(new Error('away'));
    };
    const items = Array.from({ length: 50 }, (_, n) => itemOfArchived(release(n)));
    const said: string[] = [];
    const log = { warn: (_: object, message: string) => void said.push(message) };
    const completed = await new Completion({ get }, noRuns, log).complete(items.map((item) => ({ item })));
    assert.deepEqual(said, ['a list goes without what became of it: away']);
    assert.deepEqual(completed, items);
    assert.ok(asked <= 8, String(asked));
  });

  test('of one that only Temporal knows, by the result of its run', async () => {
    const run: Run = {
      ...{ canary: ended.canary, runId: RUN, status: 'completed', phase: 'Succeeded', weight: 0, revision: 'abc' },
      ...{ startedAt: new Date(0), endedAt: new Date(1_000), outcome: 'promoted', triggeredBy: 'anna' },
      ...{ requestId: undefined, kind: 'target' },
    };
    const shipment = { images: { before: ['cart:1.0'], after: ['cart:1.1'] } };
    const ending = { kind: 'promoted', reason: 'Promotion completed!' } as const;
    const runs = { outcome: () => Promise.resolve({ ...ended, ending, shipment }) };
    const [completed] = await new Completion(undefined, runs, quiet).complete([{ item: itemOfRun(run, []), run }]);
    assert.deepEqual(
      [completed?.verdict, completed?.reason, completed?.images],
      ['Promoted: 2 checks passed', ending.reason, ['cart:1.1']],
    );
  });
});
