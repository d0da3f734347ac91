import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@temporalio/client';
import { archive } from '../../src/activities/archive.js';
import type { Dependencies } from '../../src/dependencies.js';
import type { Logger } from '../../src/logging.js';
import { artifactsOf } from '../../src/archive/release/artifacts.js';
import { undoneBy } from '../../src/archive/release/undone.js';
import { outcomeOf, type EndedRelease } from '../../src/domain/record/outcome.js';
import { TransientError, UserError } from '../../src/errors.js';
import type { ArchiveInput } from '../../src/workflows/contract.js';
import { Model, PASSING } from '../domain/model.js';
import { MemoryArchive } from '../harness/memory-archive.js';

const RUN = 'b5f0e1a2-0000-4000-8000-000000000001';
const RELEASE = `test.podinfo.${RUN}`;

/** A release from its first look to its promotion. */
function promoted(): EndedRelease {
  const model = new Model();
  model.analysis = () => PASSING;
  return outcomeOf(model.run().state, [RUN], model.now);
}

/** A cluster in which nothing was kept of any release. */
function dependencies(store: MemoryArchive | undefined, lines: string[] = []): Dependencies {
  const note = (_fields: unknown, message: string) => void lines.push(message);
  const log: Logger = { info: note, warn: note, error: note, debug: note };
  const cache = { query: () => Promise.resolve([]) };
  return { archive: store, log, cache } as unknown as Dependencies;
}

function temporal(status: string): Client {
  const handle = { describe: () => Promise.resolve({ status: { name: status } }) };
  return { workflow: { getHandle: () => handle } } as unknown as Client;
}

function endOf(ended: EndedRelease, after: readonly string[] = []): ArchiveInput {
  return { canary: ended.canary, release: RELEASE, part: 'end', ended, after };
}

test('a release reads back with all that its run has reported', async () => {
  const store = new MemoryArchive();
  const ended = promoted();
  const input = endOf({
    ...ended,
    shipment: { images: { before: ['a:1'], after: ['a:2'] }, commitTime: '2026-01-31T12:00:00.000Z' },
  });
  assert.deepEqual(await archive(dependencies(store), temporal('COMPLETED'), input), { store: 'memory' });
  const found = await store.get('test', RELEASE);
  assert.equal(found?.outcome, 'promoted');
  assert.deepEqual(found.record, ended.record);
  assert.equal(found.recordDropped, 0);
  assert.deepEqual(found.images, { before: ['a:1'], after: ['a:2'] });
  assert.equal(found.commitTime, '2026-01-31T12:00:00.000Z');
  assert.deepEqual([found.strategy, found.target], ['canary', { kind: 'Deployment', name: 'podinfo' }]);
  assert.deepEqual(found.actors, ['test']);
});

test('whoever finds a release finds its whole record: the document waits for earlier pieces', async () => {
  const store = new MemoryArchive();
  const input = endOf(promoted(), ['archive/test/1']);
  await assert.rejects(archive(dependencies(store), temporal('RUNNING'), input), TransientError);
  assert.equal(store.documents.size, 0);
  await archive(dependencies(store), temporal('COMPLETED'), input);
  assert.equal(store.documents.size, 1);
});

test('whatever goes wrong may be mended: it is said, and tried again', async () => {
  const store = new MemoryArchive();
  store.putRelease = () => Promise.reject(new UserError('the disk is full'));
  const lines: string[] = [];
  await assert.rejects(archive(dependencies(store, lines), temporal('COMPLETED'), endOf(promoted())), TransientError);
  assert.deepEqual(lines, ['the archive has not taken it yet: the disk is full']);
});

test('without an archive nothing is tried', async () => {
  const done = await archive(dependencies(undefined), temporal('COMPLETED'), endOf(promoted()));
  assert.deepEqual(done, { store: undefined });
});

test('a release that undoes another knows which', async () => {
  const store = new MemoryArchive();
  await archive(dependencies(store), temporal('COMPLETED'), endOf(promoted()));
  const undoing = { ...promoted(), ending: { kind: 'undone' as 'died', reason: '' } };
  assert.equal((await undoneBy(store, undoing))?.id, RELEASE);
  assert.equal(await undoneBy(store, promoted()), undefined);
});

test('one that is archived anew, with what was seen after its promotion, is still the one that was undone', async () => {
  const store = new MemoryArchive();
  await archive(dependencies(store), temporal('COMPLETED'), endOf(promoted()));
  const [first] = [...store.documents.values()];
  assert.ok(first);
  await store.putRelease({ ...first, undoneBy: 'another' });
  await archive(dependencies(store), temporal('COMPLETED'), endOf(promoted()));
  assert.equal((await store.get(first.cluster, RELEASE))?.undoneBy, 'another');
});

test('images and the time of the change are read from the pod template, and from the target', () => {
  const after = { spec: { initContainers: [{ image: 'init:1' }], containers: [{ image: 'a:2' }, { image: 'b:1' }] } };
  const contents = { revision: { hash: 'v2', configs: {} }, before: undefined, after, promoted: after };
  const of = (annotations: Record<string, string>) => artifactsOf({ ...contents, annotations });
  assert.deepEqual(of({}), { images: { before: [], after: ['a:2', 'b:1', 'init:1'] } });
  const built = { 'org.opencontainers.image.created': '2026-01-30T00:00:00Z' };
  assert.equal(of(built).commitTime, '2026-01-30T00:00:00.000Z');
  assert.equal(
    of({ ...built, 'serinus.dev/commit-time': '2026-01-31T13:00:00+01:00' }).commitTime,
    '2026-01-31T12:00:00.000Z',
  );
  assert.equal(of({ 'serinus.dev/commit-time': 'yesterday' }).commitTime, undefined);
});
