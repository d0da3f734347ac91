import type { Kysely, Migration } from 'kysely';

/** The tables, the same in every SQL store. Times are milliseconds since 1970; a 64-bit number may come back as text. */
export interface Tables {
  readonly serinus_releases: {
    readonly cluster: string;
    readonly id: string;
    readonly namespace: string;
    readonly name: string;
    readonly outcome: string;
    readonly started_at: number | string;
    readonly ended_at: number | string;
    /** JSON of the document without its templates. */
    readonly summary: string;
    /** JSON of the templates; null where there are none. */
    readonly templates: string | null;
  };
  /** The lookup keys of a release, which may have several. */
  readonly serinus_release_keys: {
    readonly cluster: string;
    readonly release_id: string;
    readonly kind: KeyKind;
    readonly value: string;
  };
  readonly serinus_record_chunks: {
    readonly cluster: string;
    readonly release_id: string;
    readonly position: number;
    readonly length: number;
    /** JSON. */
    readonly entries: string;
    readonly put_at: number | string;
  };
}

/** `id`: the release by one of its runs; `actor`, `image`: as a filter names them. */
export type KeyKind = 'id' | 'actor' | 'image';

/** In the order of their names. Released migrations never change: a new version of the tables is a new entry. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-releases': { up: createTables },
};

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('serinus_releases')
    .ifNotExists()
    .addColumn('cluster', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('namespace', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('templates', 'text')
    .addPrimaryKeyConstraint('serinus_releases_key', ['cluster', 'id'])
    .execute();
  await db.schema
    .createIndex('serinus_releases_by_time')
    .ifNotExists()
    .on('serinus_releases')
    .columns(['cluster', 'ended_at', 'id'])
    .execute();
  await db.schema
    .createIndex('serinus_releases_by_canary')
    .ifNotExists()
    .on('serinus_releases')
    .columns(['cluster', 'namespace', 'name', 'ended_at'])
    .execute();
  await db.schema
    .createTable('serinus_release_keys')
    .ifNotExists()
    .addColumn('cluster', 'text', (column) => column.notNull())
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('serinus_release_keys_key', ['cluster', 'kind', 'value', 'release_id'])
    .execute();
  await db.schema
    .createIndex('serinus_release_keys_by_release')
    .ifNotExists()
    .on('serinus_release_keys')
    .columns(['cluster', 'release_id'])
    .execute();
  await db.schema
    .createTable('serinus_record_chunks')
    .ifNotExists()
    .addColumn('cluster', 'text', (column) => column.notNull())
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('length', 'integer', (column) => column.notNull())
    .addColumn('entries', 'text', (column) => column.notNull())
    .addColumn('put_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('serinus_record_chunks_key', ['cluster', 'release_id', 'position', 'length'])
    .execute();
}
