import { verdictOf } from '../../domain/narrative/verdict.js';
import type { RunView } from '../../workflows/contract.js';
import { aftercareIdOf, type Outcome } from '../../workflows/contract.js';
import type { Release } from '../schema/release.js';
import { formatReleaseId } from './id.js';
import { lineOf } from './record-line.js';
import type { Run } from './run.js';
import type { Runs } from './runs.js';

/**
 * The workflow that watches the version promoted by a release, from its state or its result; undefined where there is
 * none.
 */
export function watcherOf(run: Run, { state, runs }: RunView): string | undefined {
  const isWatched = state?.ending?.kind === 'promoted' && state.policy?.judgement?.watch !== undefined;
  if (run.status === 'running' || !isWatched) return undefined;
  return aftercareIdOf(run.canary.cluster, formatReleaseId(run.canary, runs?.[0] ?? run.runId));
}

/** A release with the observations since its promotion, as far as they are known. */
export async function withWatch(
  runs: Pick<Runs, 'aftercare'>,
  release: Release,
  watcher: Outcome['watchedBy'],
): Promise<Release> {
  const aftercare = watcher === undefined ? undefined : await runs.aftercare(watcher);
  if (aftercare === undefined) return release;
  const { end, until, policy } = aftercare;
  const last = aftercare.record.findLast((entry) => entry.what === 'watch');
  const record = [...release.record, ...aftercare.record.map(lineOf)];
  const { outcome = '', reason = '', failedChecks = 0 } = release;
  return {
    ...release,
    record,
    verdict: verdictOf({ outcome, reason, failedChecks, record }),
    watch: {
      stands: end?.kind ?? 'watching',
      until: new Date(until).toISOString(),
      says: end?.says ?? last?.judged.unknown ?? last?.judged.says ?? 'nothing has been counted yet',
      then: policy.then,
    },
  };
}
