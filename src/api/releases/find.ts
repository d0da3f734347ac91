import type { Archive } from '../../archive/port.js';
import type { ArchivedRelease } from '../../archive/document.js';
import { askArchive } from '../archive.js';
import { Problem } from '../problems/problem.js';
import type { Release } from '../schema/release.js';
import { releaseOfArchived } from './archived.js';
import { formatReleaseId, type ReleaseId } from './id.js';
import type { Run } from './run.js';
import type { Runs } from './runs.js';
import { releaseOf } from './view.js';
import { watcherOf, withWatch } from './watched.js';

/** Finds releases wherever they are: under way, in Temporal, in the archive. */
export class Finder {
  constructor(
    private readonly runs: Runs,
    private readonly archive: Archive | undefined,
  ) {}

  /**
   * @returns undefined where the release is unknown
   * @throws Problem where it isn't found, and a source that may know it can't be reached
   */
  async find(id: ReleaseId): Promise<Release | undefined> {
    let run: Run | undefined;
    try {
      run = await this.runs.find(id);
    } catch (error) {
      return await this.despite(error, id);
    }
    if (run === undefined) {
      const archived = await this.archived(id);
      return archived && releaseOfArchived(archived);
    }
    const release = await this.inTemporal(run);
    // The archive has the record entries that a run no longer carries, and the outcome of one that died.
    const whole = !release.ended || (release.unavailable === undefined && release.recordDropped === 0);
    return whole ? release : ((await this.fuller(id)) ?? release);
  }

  /** Only from the archive. @throws Problem where it fails */
  async archived({ canary, runId }: ReleaseId): Promise<ArchivedRelease | undefined> {
    const { archive } = this;
    return archive && askArchive(() => archive.get(canary.cluster, formatReleaseId(canary, runId)));
  }

  private async inTemporal(run: Run): Promise<Release> {
    const answer = await this.runs.view(run);
    if (!('unavailable' in answer)) {
      const release = releaseOf(run, answer, undefined);
      return {
        ...(await withWatch(this.runs, release, watcherOf(run, answer))),
        source: release.ended ? 'temporal' : 'live',
      };
    }
    const outcome = await this.runs.outcome(run);
    return { ...(await withWatch(this.runs, releaseOf(run, answer, outcome), outcome?.watchedBy)), source: 'temporal' };
  }

  /** While Temporal is down, the archive replaces it where it can. */
  private async despite(error: unknown, id: ReleaseId): Promise<Release> {
    const archived = error instanceof Problem ? await this.fuller(id) : undefined;
    if (archived) return archived;
    throw error;
  }

  /** Where the archive fails, what is known already must suffice. */
  private async fuller(id: ReleaseId): Promise<Release | undefined> {
    try {
      const archived = await this.archived(id);
      return archived && releaseOfArchived(archived);
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }
}
