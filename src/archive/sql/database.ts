import { Kysely, Migrator, type Dialect } from 'kysely';
import type { TransientError, UserError } from '../../errors.js';
import { doubling, retrying } from '../../retrying.js';
import { MIGRATIONS, type Tables } from './schema.js';

/** What differs between the SQL stores. */
export interface SqlStore {
  readonly store: string;
  readonly dialect: Dialect;
  /** The same transaction may succeed in a moment: another one was in the way. */
  readonly collided: (error: unknown) => boolean;
  /** The error for a failure of the driver. */
  readonly errorOf: (error: unknown) => UserError | TransientError;
}

const pauseAfter = doubling(10, 250);
/** For transactions that collide; after that the caller decides. */
const PATIENCE_MS = 10_000;

/** A database whose tables are migrated on first use, and again if that has failed. */
export class Database {
  private readonly db: Kysely<Tables>;
  private upToDate: Promise<void> | undefined;

  constructor(private readonly sql: SqlStore) {
    this.db = new Kysely<Tables>({ dialect: sql.dialect });
  }

  /**
   * Runs work that may be repeated as a whole.
   *
   * @throws UserError | TransientError
   */
  async run<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    try {
      await this.prepare();
      return await this.repeated(() => work(this.db));
    } catch (error) {
      throw this.sql.errorOf(error);
    }
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }

  private async prepare(): Promise<void> {
    this.upToDate ??= this.repeated(() => this.migrate());
    try {
      await this.upToDate;
    } catch (error) {
      this.upToDate = undefined;
      throw error;
    }
  }

  /**
   * Several processes may do this at the same time: PostgreSQL's advisory lock admits one, as does SQLite's lock of the
   * file.
   */
  private async migrate(): Promise<void> {
    const migrator = new Migrator({
      db: this.db,
      provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
      migrationTableName: 'serinus_migrations',
      migrationLockTableName: 'serinus_migrations_lock',
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined)
      throw error instanceof Error ? error : new Error('the tables could not be made', { cause: error });
  }

  private async repeated<T>(work: () => Promise<T>): Promise<T> {
    const until = Date.now() + PATIENCE_MS;
    // Spread out, so that they don't collide again.
    const spread = (pause: number): number => pause * (0.5 + Math.random() / 2);
    return retrying(work, (error, made) =>
      this.sql.collided(error) && Date.now() <= until ? spread(pauseAfter(made)) : undefined,
    );
  }
}
