import { homedir } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { ParsedArchive } from '../../archive/opening.js';
import { messageOf } from '../../errors.js';
import { positive } from './engine-flags.js';
import { UsageError } from '../usage.js';

/** Options of commands that write to the archive or read from it. */
export interface ArchiveFlags {
  readonly archive?: string;
  readonly archiveRetention?: number;
}

/** Where releases are archived, and for how long. */
export interface ArchivePlan {
  /** Undefined where they are only in Temporal. */
  readonly archive: ParsedArchive | undefined;
  /** A user has chosen it: it must not be skipped because it is invalid. */
  readonly chosen: boolean;
  /** For ever where undefined. */
  readonly retentionDays: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function addArchiveFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--archive <url>',
        'where releases are kept for good: sqlite:///file, postgres://…, file:///folder, s3://bucket/prefix or none (default: none; of all, a SQLite file of the user)',
      ).env('SERINUS_ARCHIVE'),
    )
    .addOption(
      new Option('--archive-retention <days>', 'releases that ended longer ago are deleted there (default: never)')
        .env('SERINUS_ARCHIVE_RETENTION')
        .argParser(positive),
    );
}

/**
 * @param embedded without a choice, the archive is a file of this user's
 * @throws UsageError where the setting is invalid; the message omits it
 */
export async function archivePlan(
  { archive: given, archiveRetention: retentionDays }: ArchiveFlags,
  { embedded }: { readonly embedded: boolean },
  environment: Environment = process.env,
): Promise<ArchivePlan> {
  const setting = given?.trim() || undefined;
  const chosen = setting !== undefined;
  const inEnvironment = chosen && setting === environment['SERINUS_ARCHIVE']?.trim();
  if (chosen && !inEnvironment && URL.canParse(setting) && new URL(setting).password !== '') {
    throw new UsageError('--archive: a password is seen by everybody here: set SERINUS_ARCHIVE or PGPASSWORD instead');
  }
  // Its stores are many packages, which only the servers need.
  const { archiveOf } = await import('../../archive/registry.js');
  try {
    const archive = archiveOf(setting ?? (embedded ? `sqlite://${encodeURI(ownFile(environment))}` : 'none'));
    return { archive, chosen, retentionDays };
  } catch (error) {
    throw new UsageError(`--archive (SERINUS_ARCHIVE): ${messageOf(error)}`);
  }
}

/** The location in the XDG Base Directory Specification for a program's persistent data. */
function ownFile(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'];
  return join(state?.startsWith('/') === true ? state : join(homedir(), '.local/state'), 'serinus/archive.db');
}
