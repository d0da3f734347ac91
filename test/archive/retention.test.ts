import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keepFor } from '../../src/archive/retention.js';
import { until } from '../harness/until.js';
import { release, START } from './fixtures.js';
import { opened } from './opening.js';

const DAY = 24 * 60;
const scratch = await mkdtemp(join(tmpdir(), 'serinus-retention-'));
after(() => rm(scratch, { recursive: true, force: true }));

test('what ended longer ago than it is to be kept is deleted, and that is said', async () => {
  const archive = opened(`file://${scratch}`);
  const [old, young] = [release(0), release(DAY + 1)];
  for (const one of [old, young, { ...old, cluster: 'other' }]) await archive.putRelease(one);
  const said: string[] = [];
  const log = {
    info: (_: object, text: string) => void said.push(text),
    warn: (_: object, text: string) => void said.push(`warning: ${text}`),
  };
  const stop = new AbortController();
  const running = keepFor(30, archive, 'default', log, stop.signal, () => START + 31 * DAY * 60_000);
  await until(() => Promise.resolve(said.length > 0), 'something is deleted');
  stop.abort();
  await running;
  assert.deepEqual(said, ['Deleted from the archive: 1 that ended more than 30 days ago']);
  assert.deepEqual(
    (await archive.list({ cluster: 'default' }, 9)).items.map(({ id }) => id),
    [young.id],
  );
  assert.equal((await archive.list({ cluster: 'other' }, 9)).items.length, 1);
});
