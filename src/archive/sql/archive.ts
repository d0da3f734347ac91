import { sql, type Expression, type ExpressionBuilder, type SqlBool, type Transaction } from 'kysely';
import { cursorOf, positionOf, type Position } from '../cursor.js';
import type { ArchivedRelease, ArchivedSummary, RecordChunk, ReleaseDocument } from '../document.js';
import { assembled } from '../document.js';
import { idsOf } from '../id.js';
import { parseEntries, parseSummary, parseTemplates } from '../parse.js';
import type { Archive, ArchivePage, ReleaseFilter } from '../port.js';
import { actorsOf, bothImages, imagesOf } from '../select.js';
import { Database, type SqlStore } from './database.js';
import type { KeyKind, Tables } from './schema.js';

/** Releases with their records that are in memory at the same time while all are read. */
const EXPORT_BATCH = 20;
/** Releases that are deleted in one transaction. */
const PRUNE_BATCH = 200;
/** PostgreSQL can't index longer texts; no name in Kubernetes is longer. */
const LONGEST_KEY = 500;

type Releases = ExpressionBuilder<Tables, 'serinus_releases'>;

/** The archive in a SQL database. */
export class SqlArchive implements Archive {
  readonly store: string;
  private readonly database: Database;

  constructor(store: SqlStore) {
    this.store = store.store;
    this.database = new Database(store);
  }

  async putRelease(document: ReleaseDocument): Promise<void> {
    const { templates, ...summary } = document;
    const { cluster, id, namespace, name, outcome } = document;
    const values = {
      namespace,
      name,
      outcome,
      started_at: Date.parse(document.startedAt),
      ended_at: Date.parse(document.endedAt),
      summary: JSON.stringify(summary),
      templates: templates === undefined ? null : JSON.stringify(templates),
    };
    await this.database.run((db) =>
      db.transaction().execute(async (tx) => {
        await tx
          .insertInto('serinus_releases')
          .values({ cluster, id, ...values })
          .onConflict((conflict) => conflict.columns(['cluster', 'id']).doUpdateSet(values))
          .execute();
        await replaceKeys(tx, document);
      }),
    );
  }

  async putChunk({ cluster, release, from, entries }: RecordChunk): Promise<void> {
    const row = {
      cluster,
      release_id: release,
      position: from,
      length: entries.length,
      entries: JSON.stringify(entries),
      put_at: Date.now(),
    };
    await this.database.run((db) =>
      db
        .insertInto('serinus_record_chunks')
        .values(row)
        .onConflict((conflict) => conflict.columns(['cluster', 'release_id', 'position', 'length']).doNothing())
        .execute(),
    );
  }

  async get(cluster: string, id: string): Promise<ArchivedRelease | undefined> {
    const [release] = await this.read(cluster, [id]);
    return release;
  }

  async known(cluster: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.run((db) =>
      db
        .selectFrom('serinus_release_keys')
        .select('value')
        .where('cluster', '=', cluster)
        .where('kind', '=', 'id')
        .where('value', 'in', [...ids])
        .execute(),
    );
    return new Set(rows.map(({ value }) => value));
  }

  async list(filter: ReleaseFilter, limit: number, cursor?: string): Promise<ArchivePage> {
    const after = cursor === undefined ? undefined : positionOf(cursor);
    const rows = await this.database.run((db) =>
      db
        .selectFrom('serinus_releases')
        .select(['summary'])
        .where((eb) => eb.and([...conditions(eb, filter), ...(after ? [follows(eb, after)] : [])]))
        .orderBy('ended_at', 'desc')
        .orderBy('id')
        .limit(limit + 1)
        .execute(),
    );
    const items = rows.slice(0, limit).map(({ summary }) => parseSummary(summary));
    return { items, next: rows.length > limit ? nextOf(items) : undefined };
  }

  async *export(filter: ReleaseFilter): AsyncGenerator<ArchivedRelease> {
    let cursor: string | undefined;
    do {
      const page = await this.list(filter, EXPORT_BATCH, cursor);
      const releases = await this.read(
        filter.cluster,
        page.items.map(({ id }) => id),
      );
      yield* releases;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  async prune(cluster: string, before: Date): Promise<number> {
    let gone = 0;
    for (;;) {
      const count = await this.pruneSome(cluster, before.getTime());
      gone += count;
      if (count < PRUNE_BATCH) break;
    }
    await this.pruneChunks(cluster, before.getTime());
    return gone;
  }

  async check(): Promise<void> {
    await this.database.run((db) => db.selectFrom('serinus_releases').select('id').limit(1).execute());
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  /** In the order of the ids. */
  private async read(cluster: string, ids: readonly string[]): Promise<readonly ArchivedRelease[]> {
    if (ids.length === 0) return [];
    const { rows, chunks } = await this.database.run(async (db) => {
      const rows = await db
        .selectFrom('serinus_release_keys as key')
        .innerJoin('serinus_releases as release', (join) =>
          join.onRef('release.cluster', '=', 'key.cluster').onRef('release.id', '=', 'key.release_id'),
        )
        .select(['key.value', 'release.id', 'release.summary', 'release.templates'])
        .where('key.cluster', '=', cluster)
        .where('key.kind', '=', 'id')
        .where('key.value', 'in', [...ids])
        .execute();
      if (rows.length === 0) return { rows, chunks: [] };
      const chunks = await db
        .selectFrom('serinus_record_chunks')
        .select(['release_id', 'position', 'entries'])
        .where('cluster', '=', cluster)
        .where(
          'release_id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute();
      return { rows, chunks };
    });
    return ids.flatMap((wanted) =>
      rows
        .filter(({ value }) => value === wanted)
        .map(({ id, summary, templates }) => {
          const document = parseSummary(summary);
          const pieces = chunks
            .filter((chunk) => chunk.release_id === id)
            .map(({ position, entries }) => ({ from: position, entries: parseEntries(entries) }));
          return {
            ...document,
            ...(templates === null ? {} : { templates: parseTemplates(templates) }),
            ...assembled(pieces, document.recordLength),
          };
        }),
    );
  }

  private async pruneSome(cluster: string, before: number): Promise<number> {
    return this.database.run((db) =>
      db.transaction().execute(async (tx) => {
        const rows = await tx
          .deleteFrom('serinus_releases')
          .where('cluster', '=', cluster)
          .where('id', 'in', (eb) =>
            eb
              .selectFrom('serinus_releases')
              .select('id')
              .where('cluster', '=', cluster)
              .where('ended_at', '<', before)
              .orderBy('ended_at')
              .limit(PRUNE_BATCH),
          )
          .returning('id')
          .execute();
        const ids = rows.map(({ id }) => id);
        if (ids.length === 0) return 0;
        for (const table of ['serinus_release_keys', 'serinus_record_chunks'] as const) {
          await tx.deleteFrom(table).where('cluster', '=', cluster).where('release_id', 'in', ids).execute();
        }
        return ids.length;
      }),
    );
  }

  private async pruneChunks(cluster: string, before: number): Promise<void> {
    await this.database.run((db) =>
      db
        .deleteFrom('serinus_record_chunks')
        .where('cluster', '=', cluster)
        .where('put_at', '<', before)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('serinus_releases')
                .select('id')
                .whereRef('serinus_releases.cluster', '=', 'serinus_record_chunks.cluster')
                .whereRef('serinus_releases.id', '=', 'serinus_record_chunks.release_id'),
            ),
          ),
        )
        .execute(),
    );
  }
}

async function replaceKeys(tx: Transaction<Tables>, document: ReleaseDocument): Promise<void> {
  const { cluster, id } = document;
  await tx.deleteFrom('serinus_release_keys').where('cluster', '=', cluster).where('release_id', '=', id).execute();
  const rows = (kind: KeyKind, values: readonly string[]) =>
    [...new Set(values.map(keyOf))].map((value) => ({ cluster, release_id: id, kind, value }));
  await tx
    .insertInto('serinus_release_keys')
    .values([
      ...rows('id', [id, ...idsOf(document)]),
      ...rows('actor', actorsOf(document)),
      ...rows('image', imagesOf(bothImages(document))),
    ])
    .execute();
}

/** PostgreSQL's texts can't contain the character 0. */
function keyOf(value: string): string {
  return value.replaceAll('\0', '').slice(0, LONGEST_KEY);
}

function conditions(eb: Releases, filter: ReleaseFilter): Expression<SqlBool>[] {
  const { cluster, namespace, name, outcome, since, until, actor, image } = filter;
  return [
    eb('cluster', '=', cluster),
    ...(namespace === undefined ? [] : [eb('namespace', '=', namespace)]),
    ...(name === undefined ? [] : [eb('name', '=', name)]),
    ...(outcome === undefined ? [] : [eb('outcome', '=', outcome)]),
    ...(since === undefined ? [] : [eb('ended_at', '>=', since.getTime())]),
    ...(until === undefined ? [] : [eb('started_at', '<', until.getTime())]),
    ...(actor === undefined ? [] : [hasKey(eb, 'actor', actor)]),
    ...(image === undefined ? [] : [hasKey(eb, 'image', image)]),
  ];
}

function hasKey(eb: Releases, kind: KeyKind, value: string): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('serinus_release_keys')
      .select(sql`1`.as('one'))
      .whereRef('serinus_release_keys.cluster', '=', 'serinus_releases.cluster')
      .whereRef('serinus_release_keys.release_id', '=', 'serinus_releases.id')
      .where('kind', '=', kind)
      .where('value', '=', keyOf(value)),
  );
}

function follows(eb: Releases, { endedAt, id }: Position): Expression<SqlBool> {
  return eb.or([eb('ended_at', '<', endedAt), eb.and([eb('ended_at', '=', endedAt), eb('id', '>', id)])]);
}

function nextOf(items: readonly ArchivedSummary[]): string | undefined {
  const last = items.at(-1);
  return last && cursorOf({ endedAt: Date.parse(last.endedAt), id: last.id });
}
