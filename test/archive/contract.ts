import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { ArchivedEntry, ArchivedRelease, ReleaseDocument } from '../../src/archive/document.js';
import { CursorError, type Archive, type ReleaseFilter } from '../../src/archive/port.js';
import { chunk, MINUTE, release, START } from './fixtures.js';

/** A place in which a store keeps an archive, new for each test. */
export interface Place {
  /** Opens it; again, too, and while it is open elsewhere. */
  readonly open: () => Archive;
}

/**
 * What every store must do, on the real thing.
 *
 * @param place makes an empty one
 */
export function archiveContract(store: string, place: () => Promise<Place>): void {
  const fresh = async (work: (archive: Archive, place: Place) => Promise<void>): Promise<void> => {
    const here = await place();
    const archive = here.open();
    try {
      await work(archive, here);
    } finally {
      await archive.close();
    }
  };

  describe(`the archive in ${store}`, () => {
    it('is ready where nothing is there yet, and holds nothing', () =>
      fresh(async (archive) => {
        assert.equal(archive.store, store);
        await archive.check();
        assert.deepEqual(await archive.list({ cluster: 'default' }, 10), { items: [], next: undefined });
        assert.equal(await archive.get('default', release(1).id), undefined);
        assert.deepEqual(await archive.known('default', [release(1).id]), new Set());
        assert.deepEqual(await archive.known('default', []), new Set());
        assert.equal(await archive.prune('default', new Date()), 0);
      }));

    it('gives back what was put, whole, with the templates', () =>
      fresh(async (archive) => {
        const one = release(1, {
          templates: { before: { spec: { containers: [] } }, after: { spec: { containers: [{ name: 'cart' }] } } },
          commitTime: '2026-03-01T10:00:00.000Z',
          restores: 'shop.cart.0',
          recordLength: 3,
        });
        await archive.putChunk(chunk(one, 0, 3));
        await archive.putRelease(one);
        const found = await archive.get('default', one.id);
        assert.deepEqual(found, { ...one, record: chunk(one, 0, 3).entries, recordDropped: 0 });
        const { templates: _, ...summary } = one;
        assert.deepEqual((await archive.list({ cluster: 'default' }, 10)).items, [summary]);
      }));

    it('keeps any text', () =>
      fresh(async (archive) => {
        const reason = 'Ümläute, 漢字, 🐤, "quotes", \'single\', \\ back, \u0000, \u2028, \ud800 and ; DROP TABLE';
        const one = release(1, {
          reason,
          triggeredBy: 'Jürgen 🐤',
          actors: ['Jürgen 🐤', 'nul\u0000'],
          cluster: 'ost/../ö*',
        });
        await archive.putRelease(one);
        assert.equal((await archive.get(one.cluster, one.id))?.reason, JSON.parse(JSON.stringify(reason)));
        assert.deepEqual(await ids(archive, { cluster: one.cluster, actor: 'Jürgen 🐤' }), [one.id]);
        assert.deepEqual(await ids(archive, { cluster: 'ost' }), []);
      }));

    it('takes the same twice, and the last document stands', () =>
      fresh(async (archive) => {
        const one = release(1, { recordLength: 2 });
        for (const _ of [1, 2]) {
          await archive.putChunk(chunk(one, 0, 2));
          await archive.putRelease(one);
        }
        await archive.putRelease({ ...one, undoneBy: 'shop.cart.2', actors: ['berta'] });
        const [only, ...others] = (await archive.list({ cluster: 'default' }, 10)).items;
        assert.deepEqual(others, []);
        assert.equal(only?.undoneBy, 'shop.cart.2');
        assert.deepEqual(await ids(archive, { cluster: 'default', actor: 'berta' }), [one.id]);
        assert.deepEqual(positions(await archive.get('default', one.id)), [0, 1]);
        // Even where its time is another.
        await archive.putRelease({ ...one, endedAt: new Date(START + 5 * MINUTE).toISOString() });
        assert.deepEqual(await ids(archive, { cluster: 'default' }), [one.id]);
      }));

    it('puts a record together from pieces in any order, doubled and overlapping, and shows what is missing', () =>
      fresh(async (archive) => {
        const one = release(1, { recordLength: 12 });
        const pieces: readonly (readonly [number, number])[] = [
          [7, 3],
          [0, 2],
          [1, 4],
          [7, 3],
          [0, 1],
        ];
        for (const [from, length] of pieces) await archive.putChunk(chunk(one, from, length));
        assert.equal(await archive.get('default', one.id), undefined, 'pieces alone are no release');
        await archive.putRelease(one);
        const found = await archive.get('default', one.id);
        assert.deepEqual(positions(found), [0, 1, 2, 3, 4, 7, 8, 9]);
        assert.equal(found?.recordDropped, 4);
        assert.deepEqual((await collected(archive, { cluster: 'default' }))[0], found);
      }));

    it('finds a release by each of its runs', () =>
      fresh(async (archive) => {
        const one = release(1, { runs: [randomUUID(), randomUUID(), randomUUID()] });
        await archive.putRelease(one);
        const all = one.runs.map((run) => `shop.cart.${run}`);
        for (const id of all) assert.equal((await archive.get('default', id))?.id, one.id);
        const other = `shop.cart.${randomUUID()}`;
        assert.deepEqual(await archive.known('default', [...all, other, 'no id at all']), new Set(all));
        assert.equal(await archive.get('default', other), undefined);
        assert.equal(await archive.get('default', '../../etc/passwd'), undefined);
      }));

    it('keeps clusters apart', () =>
      fresh(async (archive) => {
        const here = release(1);
        const there = { ...here, cluster: 'other', reason: 'elsewhere' };
        await archive.putRelease(here);
        await archive.putRelease(there);
        await archive.putChunk(chunk(there, 0, 1));
        assert.equal((await archive.get('other', here.id))?.reason, 'elsewhere');
        assert.deepEqual((await archive.get('default', here.id))?.record, []);
        assert.equal((await archive.list({ cluster: 'default' }, 10)).items.length, 1);
        assert.equal(await archive.get('third', here.id), undefined);
      }));

    describe('filters', () => {
      const cases: readonly (readonly [string, Omit<ReleaseFilter, 'cluster'>, readonly string[]])[] = [
        ['nothing', {}, ['d', 'c', 'b', 'a']],
        ['a namespace', { namespace: 'shop' }, ['d', 'b', 'a']],
        ['a Canary', { namespace: 'shop', name: 'cart' }, ['b', 'a']],
        ['a name', { name: 'cart' }, ['c', 'b', 'a']],
        ['an outcome', { outcome: 'rolled-back' }, ['b']],
        ['when it ended, to the millisecond', { since: new Date(START + 30 * MINUTE) }, ['d', 'c']],
        ['when it began, to the millisecond', { until: new Date(START + 20 * MINUTE) }, ['b', 'a']],
        ['both', { since: new Date(START + 20 * MINUTE), until: new Date(START + 30 * MINUTE) }, ['c', 'b']],
        ['who asked for it', { actor: 'anna' }, ['d', 'a']],
        ['who gave an order', { actor: 'berta' }, ['b']],
        ['somebody unverified, with the mark', { actor: 'carl (unverified)' }, ['c']],
        ['somebody unverified, without it', { actor: 'carl' }, ['c']],
        ['a whole image', { image: 'registry:5000/shop/cart:1.1' }, ['d', 'a']],
        ['an image of before', { image: 'registry:5000/shop/cart:1.0' }, ['d', 'b', 'a']],
        ['an image without its tag', { image: 'registry:5000/shop/cart' }, ['d', 'b', 'a']],
        ['an image without its digest', { image: 'docker.io/other' }, ['c']],
        ['half an image', { image: 'registry' }, []],
        ['several at once', { namespace: 'shop', outcome: 'promoted', actor: 'anna', name: 'search' }, ['d']],
        ['somebody nobody knows', { actor: "x' OR '1'='1" }, []],
      ];
      const before = ['registry:5000/shop/cart:1.0'];
      const all: Readonly<Record<string, ReleaseDocument>> = {
        a: release(10),
        b: release(20, {
          outcome: 'rolled-back',
          triggeredBy: 'dora',
          actors: ['dora', 'berta'],
          images: { before, after: ['registry:5000/shop/cart:1.2'] },
        }),
        c: release(30, {
          namespace: 'lab',
          triggeredBy: 'carl (unverified)',
          actors: ['carl (unverified)'],
          images: { before: [], after: ['docker.io/other:2@sha256:abc'] },
        }),
        d: release(40, { name: 'search' }),
      };
      for (const [by, filter, wanted] of cases) {
        it(`by ${by}`, () =>
          fresh(async (archive) => {
            for (const one of Object.values(all)) await archive.putRelease(one);
            const expected = wanted.map((letter) => all[letter]?.id);
            assert.deepEqual(await ids(archive, { cluster: 'default', ...filter }), expected);
            const exported = await collected(archive, { cluster: 'default', ...filter });
            assert.deepEqual(
              exported.map(({ id }) => id),
              expected,
            );
          }));
      }
    });

    it('turns pages that don’t shift while releases come in, with several that ended at the same time', () =>
      fresh(async (archive) => {
        const old = Array.from({ length: 11 }, (_, index) => release(Math.floor(index / 3)));
        for (const one of old) await archive.putRelease(one);
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await archive.list({ cluster: 'default' }, 2, cursor);
          assert.ok(page.items.length <= 2);
          seen.push(...page.items.map(({ id }) => id));
          // As it happens: at the top.
          await archive.putRelease(release(100 + seen.length));
          cursor = page.next;
        } while (cursor !== undefined);
        assert.equal(new Set(seen).size, seen.length, 'none twice');
        assert.deepEqual([...seen].sort(), old.map(({ id }) => id).sort());
      }));

    it('has no next page where the last one is full', () =>
      fresh(async (archive) => {
        for (const minute of [1, 2]) await archive.putRelease(release(minute));
        assert.equal((await archive.list({ cluster: 'default' }, 2)).next, undefined);
      }));

    it('refuses a cursor that it has not made', () =>
      fresh(async (archive) => {
        const forged = Buffer.from('[1,"x"]').toString('base64url');
        for (const cursor of ['', 'x', forged]) {
          await assert.rejects(() => archive.list({ cluster: 'default' }, 2, cursor), CursorError);
        }
      }));

    it('exports every release with its record, and can be stopped halfway', () =>
      fresh(async (archive) => {
        const all = Array.from({ length: 45 }, (_, index) => release(index, { recordLength: 1 }));
        for (const one of all) {
          await archive.putChunk(chunk(one, 0, 1));
          await archive.putRelease(one);
        }
        const exported = await collected(archive, { cluster: 'default' });
        assert.deepEqual(
          exported.map(({ id }) => id),
          all.map(({ id }) => id).reverse(),
        );
        assert.ok(exported.every((one) => one.record.length === 1 && one.recordDropped === 0));
        for await (const one of archive.export({ cluster: 'default' })) {
          assert.equal(one.id, all.at(-1)?.id);
          break;
        }
        await archive.check();
      }));

    it('is written by several at once, from the very first moment', () =>
      fresh(async (archive, place) => {
        const others = [place.open(), place.open()];
        const shared = release(99, { recordLength: 6 });
        try {
          await Promise.all(
            [archive, ...others].map(async (writer, index) => {
              await writer.check();
              for (let n = 0; n < 5; n += 1) {
                await writer.putChunk(chunk(shared, index * 2, 2));
                await writer.putRelease(shared);
                await writer.putRelease(release(index * 10 + n));
              }
            }),
          );
        } finally {
          await Promise.all(others.map((other) => other.close()));
        }
        assert.equal((await archive.list({ cluster: 'default' }, 100)).items.length, 16);
        assert.deepEqual(positions(await archive.get('default', shared.id)), [0, 1, 2, 3, 4, 5]);
      }));

    it('has everything after a restart', async () => {
      const here = await place();
      const one = release(1, { recordLength: 2 });
      const first = here.open();
      await first.putChunk(chunk(one, 0, 1));
      await first.close();
      const second = here.open();
      await second.putChunk(chunk(one, 1, 1));
      await second.putRelease(one);
      await second.close();
      const third = here.open();
      assert.deepEqual(positions(await third.get('default', one.id)), [0, 1]);
      await third.close();
    });

    it('forgets what ended before a time, and pieces of records that nothing followed', () =>
      fresh(async (archive) => {
        const [old, younger, lost] = [release(10, { runs: ['r1', 'r2'], recordLength: 1 }), release(20), release(5)];
        for (const one of [old, younger, { ...old, cluster: 'other' }]) {
          await archive.putChunk(chunk(one, 0, 1));
          await archive.putRelease(one);
        }
        await archive.putChunk(chunk(lost, 0, 1));
        assert.equal(await archive.prune('default', new Date(START + 20 * MINUTE)), 1);
        assert.deepEqual(await ids(archive, { cluster: 'default' }), [younger.id]);
        for (const id of [old.id, 'shop.cart.r2']) assert.equal(await archive.get('default', id), undefined);
        assert.equal((await archive.get('other', old.id))?.record.length, 1);
        assert.equal((await archive.get('default', younger.id))?.record.length, 1);
        // What is put again has nothing left of its former record.
        await archive.putRelease(old);
        assert.deepEqual((await archive.get('default', old.id))?.record, []);
        await archive.putRelease(lost);
        assert.equal(
          (await archive.get('default', lost.id))?.record.length,
          1,
          'put after that time, so it may still come',
        );
        await archive.prune('default', new Date(START));
        await archive.putChunk(chunk(release(1, { runs: ['r9'] }), 0, 1));
        await archive.prune('default', new Date(Date.now() + MINUTE));
        await archive.putRelease(release(1, { runs: ['r9'] }));
        assert.deepEqual((await archive.get('default', 'shop.cart.r9'))?.record, []);
      }));
  });
}

async function ids(archive: Archive, filter: ReleaseFilter): Promise<string[]> {
  return (await archive.list(filter, 100)).items.map(({ id }) => id);
}

async function collected(archive: Archive, filter: ReleaseFilter): Promise<ArchivedRelease[]> {
  const releases: ArchivedRelease[] = [];
  for await (const one of archive.export(filter)) releases.push(one);
  return releases;
}

function positions(found: ArchivedRelease | undefined): unknown[] | undefined {
  return found?.record.map((entry: ArchivedEntry) => ('n' in entry ? entry.n : undefined));
}
