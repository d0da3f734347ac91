import type { Logger } from 'pino';
import type { Archive } from '../archive/port.js';
import { messageOf } from '../errors.js';
import type { ArchivePlan } from '../cli/flags/archive-flags.js';

/**
 * Opens the archive of a process. Releases don't wait for it: a configured one may answer later.
 *
 * @returns undefined where there is none: none is configured, and the user's own file can't be opened either
 */
export async function openArchive({ archive: parsed, chosen }: ArchivePlan, log: Logger): Promise<Archive | undefined> {
  if (parsed === undefined) {
    log.info({}, 'No archive: releases are kept as long as Temporal keeps them; --archive names a place');
    return undefined;
  }
  const archive = parsed.open();
  const checked = archive.check().then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  if (chosen) {
    log.info({}, `Archive ${parsed.shown}`);
    void checked.then((problem) => problem !== undefined && log.warn({}, problem));
    return archive;
  }
  const problem = await checked;
  if (problem === undefined) {
    log.info({}, `Archive ${parsed.shown}`);
    return archive;
  }
  await archive.close();
  log.warn({}, `No archive: ${problem}; --archive names another place`);
  return undefined;
}
