import { PostgresDialect } from 'kysely';
import { codeOf, failureOf } from './failure.js';
import type { ArchiveStore } from './opening.js';
import { SqlArchive } from './sql/archive.js';

/** Of a process. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;

/** What a user must fix, by PostgreSQL's error codes: authorization, catalog name, privilege, disk, read-only. */
const FOR_PEOPLE = /^(28...|3D000|3F000|42501|53100|25006)$/;
/** Serialization failure and deadlock. */
const COLLISIONS = /^(40001|40P01)$/;

/**
 * A PostgreSQL database, for any number of processes and clusters: `postgres://serinus@db:5432/serinus`. A password comes
 * from the URL where that is in the environment, from PGPASSWORD, or from a password file, as with PostgreSQL's own clients.
 */
export const postgres: ArchiveStore = {
  schemes: ['postgres', 'postgresql'],
  example: 'postgres://serinus@db:5432/serinus',
  parse: (url) => {
    if (url.pathname.length < 2) return { remedy: 'name a database after the host' };
    const shown = `postgres://${url.username === '' ? '' : `${url.username}@`}${url.host}${url.pathname}`;
    return { open: () => openPostgres(url.href, shown), shown };
  },
};

function openPostgres(connectionString: string, shown: string): SqlArchive {
  return new SqlArchive({
    store: 'postgres',
    dialect: new PostgresDialect({
      pool: async () => {
        const { default: pg } = await import('pg');
        const pool = new pg.Pool({
          connectionString,
          max: CONNECTIONS,
          connectionTimeoutMillis: CONNECT_MS,
          statement_timeout: STATEMENT_MS,
          application_name: 'serinus',
        });
        // A connection that breaks while it is idle is replaced for its next user.
        pool.on('error', () => undefined);
        return pool;
      },
    }),
    collided: (error) => COLLISIONS.test(codeOf(error)),
    errorOf: (error) => failureOf(shown, error, FOR_PEOPLE),
  });
}
