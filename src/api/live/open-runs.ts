import type { Dependencies } from '../../dependencies.js';
import type { WorstMetric } from '../../domain/narrative/worst.js';
import { messageOf } from '../../errors.js';
import type { OpenRun } from '../releases/run.js';
import type { Runs } from '../releases/runs.js';
import { WorstMetrics } from './worst-metrics.js';

/** How long an answer of Temporal's is cached, and the pause after a failure, milliseconds. */
const GOOD_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;
/** Lists don't wait longer for it: without Temporal they show everything else. */
const PATIENCE_MS = 1_000;

type Known = ReadonlyMap<string, OpenRun>;

/** A run under way with its worker's answer. */
export type SeenRun = OpenRun & { readonly worst?: WorstMetric };

/** The runs under way of a cluster: one request for all of them, shared by all callers. */
export class OpenRuns {
  private known: Known = new Map();
  private nextAt = 0;
  private asking: Promise<void> | undefined;
  private readonly worst: WorstMetrics;

  constructor(
    private readonly deps: Pick<Dependencies, 'settings' | 'log' | 'now'>,
    private readonly runs: Pick<Runs, 'underWay' | 'lastMetrics'>,
  ) {
    const ask = runs.lastMetrics.bind(runs);
    this.worst = new WorstMetrics(deps.settings.clusterName, ask, () => deps.now());
  }

  /** By `namespace/name`. While Temporal can't be reached the last known runs are returned. */
  async all(): Promise<ReadonlyMap<string, SeenRun>> {
    if (this.deps.now() >= this.nextAt) this.asking ??= this.ask().finally(() => (this.asking = undefined));
    if (this.asking) await withinPatience(this.asking);
    const { known } = this;
    const looked = this.worst.refresh(known);
    if (this.worst.lacks(known.values())) await withinPatience(looked);
    return new Map([...known].map(([key, run]) => [key, { ...run, ...this.seen(run) }]));
  }

  private seen(run: OpenRun): Pick<SeenRun, 'worst'> {
    const worst = this.worst.of(run);
    return worst === undefined ? {} : { worst };
  }

  private async ask(): Promise<void> {
    try {
      this.known = await this.runs.underWay(this.deps.settings.clusterName);
      this.nextAt = this.deps.now() + GOOD_MS;
    } catch (error) {
      this.nextAt = this.deps.now() + AFTER_FAILURE_MS;
      this.deps.log.debug({}, `what is under way is not known: ${messageOf(error)}`);
    }
  }
}

async function withinPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)))]);
  clearTimeout(timer);
}
