import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SqliteDialect } from 'kysely';
import type { Database } from 'libsql';
import { messageOf, UserError } from '../errors.js';
import { codeOf, failureOf } from './failure.js';
import type { ArchiveStore } from './opening.js';
import { SqlArchive } from './sql/archive.js';

/** What a user must fix, by SQLite's result codes (sqlite.org/rescode.html) and those of the system. */
const FOR_PEOPLE = /^(SQLITE_(CANTOPEN|READONLY|FULL|NOTADB|CORRUPT|PERM|AUTH)|(EACCES|EROFS|ENOTDIR|EEXIST)$)/;
const COLLISIONS = /^SQLITE_(BUSY|LOCKED)/;

/**
 * A file in the embedded database, for one process, or several on one machine: `sqlite:///var/lib/serinus/archive.db`.
 *
 * The driver itself doesn't wait for locks, which would block the whole process: transactions that collide are
 * repeated.
 */
export const sqlite: ArchiveStore = {
  schemes: ['sqlite'],
  example: 'sqlite:///var/lib/serinus/archive.db',
  parse: (url) => {
    const path = decodeURIComponent(url.pathname);
    if (url.host !== '' || path.length < 2 || path.endsWith('/')) {
      return { remedy: 'give the absolute path of a file after sqlite://' };
    }
    if (url.search !== '') return { remedy: 'leave out what follows the question mark' };
    return { open: () => openSqlite(path), shown: `sqlite://${path}` };
  },
};

function openSqlite(path: string): SqlArchive {
  return new SqlArchive({
    store: 'sqlite',
    dialect: new SqliteDialect({
      database: () => openFile(path),
    }),
    collided: (error) => COLLISIONS.test(codeOf(error)),
    errorOf: (error) => failureOf(`sqlite://${path}`, error, FOR_PEOPLE),
  });
}

/** @throws UserError where there can't be such a file: the driver gives no code then */
async function openFile(path: string): Promise<Database> {
  // The native module is loaded on first use.
  const { default: Libsql } = await import('libsql');
  await mkdir(dirname(path), { recursive: true });
  let database: Database;
  try {
    database = new Libsql(path);
  } catch (error) {
    throw new UserError(`the archive sqlite://${path} can't be opened: ${messageOf(error)}`, { cause: error });
  }
  // Readers and a writer don't wait for each other; what is committed survives at least the process.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  return database;
}
