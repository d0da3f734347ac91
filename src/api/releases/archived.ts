import type { ArchivedRelease } from '../../archive/document.js';
import { verdictOf } from '../../domain/narrative/verdict.js';
import { versionsOf } from '../../domain/narrative/versions.js';
import type { Release } from '../schema/release.js';
import { courseView } from './course.js';
import { lineOf } from './record-line.js';

/** Everything in the archive about a release, except its templates, which are requested separately. */
export function releaseOfArchived(release: ArchivedRelease): Release {
  const {
    version: _,
    namespace,
    name,
    templates: __,
    recordLength: ___,
    record,
    images,
    course,
    runs: ____,
    ...rest
  } = release;
  const lines = record.map(lineOf);
  return {
    ...rest,
    ...(course === undefined ? {} : { course: courseView(course) }),
    canary: { namespace, name },
    run: 'completed',
    ended: true,
    images: { before: [...images.before], after: [...images.after] },
    versions: versionsOf(images.before, images.after),
    verdict: verdictOf({ ...release, record: lines }),
    record: lines,
    source: 'archive',
  };
}
