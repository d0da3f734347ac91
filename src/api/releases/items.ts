import type { ArchivedSummary } from '../../archive/document.js';
import type { ReleaseItem } from '../schema/releases.js';
import type { Run } from './run.js';
import { summaryOf } from './view.js';

/** A line of the list, for a release in the archive. */
export function itemOfArchived(release: ArchivedSummary): ReleaseItem {
  const { id, cluster, namespace, name, outcome, phase, weight, revision, triggeredBy, reason, verdict } = release;
  const { startedAt, endedAt, restores, undoneBy } = release;
  return {
    id,
    cluster,
    namespace,
    name,
    outcome,
    phase,
    weight,
    ...(revision === undefined ? {} : { revision }),
    images: [...release.images.after],
    triggeredBy,
    reason,
    ...(verdict === undefined ? {} : { verdict }),
    startedAt,
    endedAt,
    durationSeconds: secondsBetween(startedAt, endedAt),
    open: false,
    ...(restores === undefined ? {} : { restores }),
    ...(undoneBy === undefined ? {} : { undoneBy }),
  };
}

/** A line of the list, for a release that only Temporal knows. @param images of one under way, where they are known */
export function itemOfRun(run: Run, images: readonly string[]): ReleaseItem {
  const { run: status, ...summary } = summaryOf(run);
  const { startedAt, endedAt } = summary;
  return {
    ...summary,
    ...run.canary,
    images: [...images],
    ...(endedAt === undefined ? {} : { durationSeconds: secondsBetween(startedAt, endedAt) }),
    open: status === 'running',
  };
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
