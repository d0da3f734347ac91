import { worstOf, type WorstMetric } from '../../domain/narrative/worst.js';
import type { MetricResult } from '../../domain/findings.js';
import type { CanaryKey } from '../../domain/identity.js';
import type { OpenRun } from '../releases/run.js';

/** A run is asked again after so long, milliseconds: between two of its checks nothing changes. */
const GOOD_MS = 10_000;
/** Runs that are asked at the same time. */
const AT_ONCE = 4;

interface Known {
  readonly at: number;
  readonly worst: WorstMetric | undefined;
}

/** The worst metric of each release under way, from its worker: requested while somebody watches, a few at a time. */
export class WorstMetrics {
  private known = new Map<string, Known>();
  private asking: Promise<void> | undefined;

  constructor(
    private readonly cluster: string,
    private readonly lastMetrics: (canary: CanaryKey, runId: string) => Promise<readonly MetricResult[]>,
    private readonly now: () => number,
  ) {}

  of({ runId }: OpenRun): WorstMetric | undefined {
    return this.known.get(runId)?.worst;
  }

  /** Whether there is a run that hasn't been asked yet. */
  lacks(runs: Iterable<OpenRun>): boolean {
    return [...runs].some(({ runId }) => !this.known.has(runId));
  }

  /**
   * Asks runs whose answer is too old; one that doesn't answer is skipped until the next time.
   *
   * @param runs by `namespace/name`
   */
  async refresh(runs: ReadonlyMap<string, OpenRun>): Promise<void> {
    this.asking ??= this.ask(runs).finally(() => (this.asking = undefined));
    await this.asking;
  }

  private async ask(runs: ReadonlyMap<string, OpenRun>): Promise<void> {
    const open = new Set([...runs.values()].map(({ runId }) => runId));
    this.known = new Map([...this.known].filter(([runId]) => open.has(runId)));
    const due = [...runs].filter(([, run]) => this.isDue(run));
    const work = async (): Promise<void> => {
      for (let one = due.shift(); one !== undefined; one = due.shift()) {
        const [key, { runId }] = one;
        const [namespace = '', name = ''] = key.split('/');
        const metrics = await this.lastMetrics({ cluster: this.cluster, namespace, name }, runId).catch(() => []);
        this.known.set(runId, { at: this.now(), worst: worstOf(metrics) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** A run that waits for people measures nothing meanwhile. */
  private isDue({ runId, waiting }: OpenRun): boolean {
    const known = this.known.get(runId);
    return known === undefined || (waiting === undefined && this.now() - known.at >= GOOD_MS);
  }
}
