import { UserError } from '../errors.js';
import { folder } from './folder.js';
import type { ArchiveStore, ParsedArchive } from './opening.js';
import { postgres } from './postgres.js';
import { s3 } from './s3.js';
import { sqlite } from './sqlite.js';

const STORES: readonly ArchiveStore[] = [sqlite, postgres, folder, s3];

/**
 * The archive of a setting such as `sqlite:///var/lib/serinus/archive.db`.
 *
 * @returns undefined for `none`
 * @throws UserError where the setting is invalid; the message omits possible secrets
 */
export function archiveOf(setting: string): ParsedArchive | undefined {
  const text = setting.trim();
  if (text === 'none') return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  const store = STORES.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  const examples = STORES.map(({ example }) => example).join(', ');
  if (!store) throw new UserError(`it must be none or a URL such as ${examples}`);
  if (!URL.canParse(text)) throw new UserError(`it must be a URL such as ${store.example}`);
  const parsed = store.parse(new URL(text));
  if ('remedy' in parsed) throw new UserError(`${parsed.remedy}, as in ${store.example}`);
  return parsed;
}
