import type { Logger } from '../../logging.js';
import type { ArchivedRelease, ArchivedSummary } from '../../archive/document.js';
import type { Archive, ReleaseFilter } from '../../archive/port.js';
import { messageOf } from '../../errors.js';
import { askArchive } from '../archive.js';

/** Releases that are read at the same time for figures. */
const PAGE = 200;

/**
 * Releases as lines of JSON, without their templates, read as fast as the caller accepts them.
 *
 * @returns once the first one is read, so that an archive that fails gives an error instead
 * @throws Problem where the archive fails
 */
export async function exported(archive: Archive, filter: ReleaseFilter, log: Logger): Promise<AsyncIterable<string>> {
  const releases = archive.export(filter)[Symbol.asyncIterator]();
  const first = await askArchive(() => releases.next());
  return lines(first, releases, log);
}

async function* lines(
  first: IteratorResult<ArchivedRelease>,
  releases: AsyncIterator<ArchivedRelease>,
  log: Logger,
): AsyncGenerator<string> {
  try {
    for (let at = first; at.done !== true; at = await releases.next()) {
      const { templates: _, ...release } = at.value;
      yield `${JSON.stringify(release)}\n`;
    }
  } catch (error) {
    // The answer has begun: only breaking it off can show the error to the caller.
    log.warn({}, `an export of the archive was broken off: ${messageOf(error)}`);
    throw error;
  } finally {
    await releases.return?.();
  }
}

/** All releases that ended from then on. */
export async function endedSince(archive: Archive, filter: ReleaseFilter): Promise<readonly ArchivedSummary[]> {
  const all: ArchivedSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await archive.list(filter, PAGE, cursor);
    all.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}
