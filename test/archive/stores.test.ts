import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UserError } from '../../src/errors.js';
import { archiveContract } from './contract.js';
import { opened, placeAt } from './opening.js';
import { release } from './fixtures.js';

const scratch = await mkdtemp(join(tmpdir(), 'serinus-archive-'));
after(() => rm(scratch, { recursive: true, force: true }));
let places = 0;
const fresh = (): string => join(scratch, String((places += 1)));

archiveContract('sqlite', async () => Promise.resolve(placeAt(`sqlite://${fresh()}/folder/archive.db`)));
archiveContract('file', async () => Promise.resolve(placeAt(`file://${fresh()}`)));

describe('a place that can’t be used', () => {
  const mended = (path: string) => (error: unknown) => error instanceof UserError && error.message.includes(path);

  for (const scheme of ['sqlite', 'file']) {
    it(`is said to whoever can mend it: ${scheme}`, async () => {
      const file = fresh();
      await writeFile(file, 'not a folder');
      const archive = opened(`${scheme}://${file}/archive`);
      await assert.rejects(() => archive.putRelease(release(1)), mended(file));
      await archive.close();
    });
  }

  it('is used as soon as it can be', async () => {
    const file = fresh();
    await writeFile(file, 'something else');
    const archive = opened(`sqlite://${file}`);
    await assert.rejects(() => archive.check(), mended(file));
    await rm(file);
    await mkdir(file);
    await assert.rejects(() => archive.check(), mended(file));
    await rm(file, { recursive: true });
    await archive.putRelease(release(1));
    assert.equal((await archive.list({ cluster: 'default' }, 5)).items.length, 1);
    await archive.close();
  });

  it('holds what another version has written: that is said, not left out', async () => {
    const folder = fresh();
    const archive = opened(`file://${folder}`);
    const one = release(1);
    await archive.putRelease(one);
    const path = join(folder, 'default/releases/shop/cart', `${one.runs[0]}.json`);
    await chmod(path, 0o600);
    await writeFile(path, JSON.stringify({ ...one, version: 2 }));
    await assert.rejects(() => archive.get('default', one.id), /version/);
  });
});
