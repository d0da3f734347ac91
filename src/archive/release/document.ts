import { releaseDocumentSchema, type ReleaseDocument, type Templates } from '../document.js';
import type { EndedRelease } from '../../domain/record/outcome.js';
import { verdictOf } from '../../domain/narrative/verdict.js';
import { actorsIn } from '../../domain/record/record.js';

const NO_IMAGES = { before: [], after: [] };

/**
 * A release's document for the archive, without its record.
 *
 * @param id of the release
 * @param restores id of the release that it has undone
 */
export function documentOf(
  id: string,
  ended: EndedRelease,
  templates: Templates | undefined,
  restores?: string,
): ReleaseDocument {
  const { canary, cause, ending, revision, shipment, handedOver, record } = ended;
  return releaseDocumentSchema.parse({
    version: 1,
    id,
    ...canary,
    runs: ended.runs,
    target: ended.target,
    strategy: ended.strategy,
    course: ended.course,
    outcome: ending.kind,
    reason: ending.reason,
    verdict: isWhole(ended) ? verdictOf({ ...ended, outcome: ending.kind, reason: ending.reason }) : undefined,
    cause,
    triggeredBy: cause.by,
    actors: actorsIn(record, [cause.by, ...(handedOver?.actors ?? [])]),
    revision: revision?.hash,
    promotedRevision: ended.promoted,
    images: shipment?.images ?? NO_IMAGES,
    startedAt: ended.startedAt,
    endedAt: ended.endedAt,
    phase: ended.phase,
    weight: ended.weight,
    failedChecks: ended.failedChecks,
    commitTime: shipment?.commitTime,
    restores,
    recordLength: (handedOver?.entries ?? 0) + record.length + ended.recordDropped,
    templates,
  });
}

/** A part of a long record is in the archive already: the remaining part is incomplete. */
function isWhole({ handedOver }: EndedRelease): boolean {
  return (handedOver?.entries ?? 0) === 0;
}
