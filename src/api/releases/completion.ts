import type { Archive } from '../../archive/port.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logging.js';
import type { Outcome } from '../../workflows/contract.js';
import { Expiring } from '../expiring.js';
import type { ReleaseItem } from '../schema/releases.js';
import { releaseOfArchived } from './archived.js';
import type { Run } from './run.js';
import type { Runs } from './runs.js';
import { releaseOf } from './view.js';

/** Ended releases don't change; a longer time would only keep more of them. */
const REMEMBERED_MS = 3_600_000;
/** Releases that are requested at the same time. */
const AT_ONCE = 8;

/** A line of a list, and the run, where only Temporal knows the release. */
export interface Listed {
  readonly item: ReleaseItem;
  readonly run?: Run;
}

type Lacking = Pick<ReleaseItem, 'verdict' | 'reason'> & { readonly images?: string[] };

/** Adds what lists lack about an ended release: one that is in no archive, or was archived by an earlier version. */
export class Completion {
  private readonly known = new Expiring<Lacking>(REMEMBERED_MS);

  constructor(
    private readonly archive: Pick<Archive, 'get'> | undefined,
    private readonly runs: Pick<Runs, 'outcome'>,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /** The lines with the outcome of each. What can't be found out now is left out: the list is useful without it. */
  async complete(listed: readonly Listed[]): Promise<readonly ReleaseItem[]> {
    const items = listed.map(({ item }) => item);
    const lacking = listed.flatMap(({ item, run }, index) =>
      item.open || item.verdict !== undefined ? [] : [{ item, run, index }],
    );
    let failed = false;
    const work = async (): Promise<void> => {
      for (let one = lacking.shift(); one !== undefined && !failed; one = lacking.shift()) {
        const { item, run, index } = one;
        try {
          const key = `${run === undefined ? 'archive' : 'run'} ${item.id}`;
          items[index] = { ...item, ...(await this.known.get(key, () => this.ask(item, run))) };
        } catch (error) {
          // After one failure, no further request for the others delays the list.
          if (!failed)
            this.log.warn({ release: item.id }, `a list goes without what became of it: ${messageOf(error)}`);
          failed = true;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return items;
  }

  private async ask({ cluster, id }: ReleaseItem, run: Run | undefined): Promise<Lacking> {
    if (run) return ofOutcome(run, await this.runs.outcome(run));
    const release = await this.archive?.get(cluster, id);
    const verdict = release && releaseOfArchived(release).verdict;
    return verdict === undefined ? {} : { verdict };
  }
}

function ofOutcome(run: Run, outcome: Outcome | undefined): Lacking {
  if (outcome === undefined) return {};
  const { verdict, reason } = releaseOf(run, { unavailable: '' }, outcome);
  const images = outcome.shipment?.images.after;
  return {
    ...(verdict === undefined ? {} : { verdict }),
    ...(reason === undefined ? {} : { reason }),
    ...(images === undefined ? {} : { images: [...images] }),
  };
}
