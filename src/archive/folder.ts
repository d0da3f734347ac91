import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, failureOf } from './failure.js';
import { ObjectArchive } from './objects/archive.js';
import type { Listed, Objects } from './objects/port.js';
import type { ArchiveStore } from './opening.js';

/** A folder, for any number of processes that share it: `file:///var/lib/serinus/archive`. */
export const folder: ArchiveStore = {
  schemes: ['file'],
  example: 'file:///var/lib/serinus/archive',
  parse: (url) => {
    const path = decodeURIComponent(url.pathname);
    if (url.host !== '' || path.length < 2) return { remedy: 'give the absolute path of a folder after file://' };
    if (url.search !== '') return { remedy: 'leave out what follows the question mark' };
    return { open: () => new ObjectArchive(new Folder(path)), shown: `file://${path}` };
  },
};

const FOR_PEOPLE = /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|ENAMETOOLONG)$/;
/** For unfinished files; no key begins with a dot. */
const UNFINISHED = '.unfinished';

class Folder implements Objects {
  readonly store = 'file';

  constructor(private readonly root: string) {}

  async put(key: string, text: string): Promise<void> {
    await this.attempt(async () => {
      const path = join(this.root, key);
      const unfinished = join(this.root, UNFINISHED, randomUUID());
      await mkdir(dirname(path), { recursive: true });
      await mkdir(dirname(unfinished), { recursive: true });
      try {
        const file = await open(unfinished, 'wx');
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    });
  }

  async get(key: string): Promise<string | undefined> {
    return this.attempt(() => orUndefined(readFile(join(this.root, key), 'utf8')));
  }

  async delete(key: string): Promise<void> {
    await this.attempt(() => rm(join(this.root, key), { force: true }));
  }

  async *list(prefix: string, after = ''): AsyncGenerator<Listed> {
    const names = await this.attempt(() => this.names(prefix));
    for (const name of names) {
      const key = prefix + name;
      if (key.endsWith('/')) {
        // All keys in there come earlier.
        if (key < after && !after.startsWith(key)) continue;
        yield* this.list(key, after);
      } else if (key > after) {
        const found = await this.attempt(() => orUndefined(stat(join(this.root, key))));
        if (found) yield { key, putAt: found.mtimeMs };
      }
    }
  }

  async close(): Promise<void> {
    // There is nothing to release.
  }

  /** Folder names with a slash, so that they sort like the keys in them. */
  private async names(prefix: string): Promise<string[]> {
    const entries = (await orUndefined(readdir(join(this.root, prefix), { withFileTypes: true }))) ?? [];
    return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failureOf(`file://${this.root}`, error, FOR_PEOPLE);
    }
  }
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
