import { CancellationScope, log, ParentClosePolicy, patched, startChild } from '@temporalio/workflow';
import type { CanaryKey } from '../domain/identity.js';
import { isWorthKeeping, type Outcome } from '../domain/record/outcome.js';
import { surplusOf, withOffloaded } from '../domain/record/record.js';
import type { RunState } from '../domain/state.js';
import { archive } from './archive.js';
import { archiveIdOf, type ArchiveInput } from './contract.js';

/** Of the patch that introduced the archive: runs from before it archive only what comes after it. */
const PATCH = 'archive';

/**
 * Passes record entries that a run no longer carries, and the ended release, to workflows that store them in the
 * archive. Nothing waits for the archive, and a failure here never rolls a release back.
 */
export class Archivist {
  private ends = 0;
  /** What was passed on last. */
  private last = '';

  /** @param release id of the release */
  constructor(
    private readonly canary: CanaryKey,
    private readonly release: string,
  ) {}

  /** Passes the older entries of a long record on. @returns the state without them */
  async lightened(state: RunState): Promise<RunState> {
    const entries = surplusOf(state.record);
    if (entries.length === 0 || !patched(PATCH)) return state;
    const { handedOver } = state;
    const next = withOffloaded(handedOver, entries);
    const id = archiveIdOf(this.canary.cluster, this.release, next.chunks);
    const part = { part: 'record', from: handedOver.entries, entries } as const;
    if (!(await this.offload(id, part))) return state;
    return { ...state, record: state.record.slice(entries.length), handedOver: next };
  }

  /** Workflows that store parts of the release in the archive; undefined where there are none. */
  get broughtBy(): readonly string[] | undefined {
    if (this.ends === 0) return undefined;
    return Array.from({ length: this.ends }, (_, index) =>
      archiveIdOf(this.canary.cluster, this.release, endName(index + 1)),
    );
  }

  /** Passes an ended release on; again where there is more to report than the last time. */
  async archive(outcome: Outcome, archives: boolean | undefined): Promise<void> {
    if (archives === false || !isWorthKeeping(outcome)) return;
    const { endedAt: _at, ...rest } = outcome;
    const content = JSON.stringify(rest);
    if (content === this.last || !patched(PATCH)) return;
    const { cluster } = this.canary;
    const parts = Array.from({ length: outcome.handedOver?.chunks ?? 0 }, (_, index) => index + 1);
    const earlier = Array.from({ length: this.ends }, (_, index) => endName(index + 1));
    const after = [...parts, ...earlier].map((part) => archiveIdOf(cluster, this.release, part));
    const id = archiveIdOf(cluster, this.release, endName(this.ends + 1));
    if (!(await this.offload(id, { part: 'end', ended: outcome, after }))) return;
    this.ends += 1;
    this.last = content;
  }

  private async offload(workflowId: string, part: Part): Promise<boolean> {
    const { canary, release } = this;
    try {
      await CancellationScope.nonCancellable(() =>
        startChild(archive, {
          workflowId,
          args: [{ canary, release, ...part }],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          staticSummary: `archive ${part.part === 'end' ? 'the release' : 'a part of the record'} of ${release}`,
        }),
      );
      return true;
    } catch (error) {
      log.error('a part of the release could not be handed over to the archive', { workflowId, error: String(error) });
      return false;
    }
  }
}

type Part = DistributiveOmit<ArchiveInput, 'canary' | 'release'>;
type DistributiveOmit<T, Keys extends PropertyKey> = T extends unknown ? Omit<T, Keys> : never;

function endName(nth: number): 'end' | `end.${number}` {
  return nth === 1 ? 'end' : `end.${nth}`;
}
