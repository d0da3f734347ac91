import type { ArchivedEntry, ArchivedRelease } from '../../archive/document.js';
import type { RecordLine, Release } from '../schema/release.js';

/** All that the archive knows of a release; its templates are asked for separately. */
export function releaseOfArchived(release: ArchivedRelease): Release {
  const {
    version: _,
    namespace,
    name,
    templates: __,
    recordLength: ___,
    record,
    images,
    runs: ____,
    ...rest
  } = release;
  return {
    ...rest,
    canary: { namespace, name },
    run: 'completed',
    ended: true,
    images: { before: [...images.before], after: [...images.after] },
    record: record.map(lineOf),
    source: 'archive',
  };
}

function lineOf(entry: ArchivedEntry): RecordLine {
  return { ...entry, at: new Date(entry.at).toISOString() };
}
