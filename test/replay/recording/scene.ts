import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { TemporalSubmissions } from '../../../src/temporal/submissions.js';
import type { OrderName } from '../../../src/domain/orders/catalogue.js';
import type { Change } from '../../../src/domain/state.js';
import { orderSignals, orderUpdates, type OrderDetails } from '../../../src/workflows/contract.js';
import { IDENTITY } from '../saved.js';
import { until } from '../../harness/until.js';
import type { FakeCluster } from '../../harness/temporal/fake-cluster.js';
import { openBench, type WorkflowBench } from '../../harness/temporal/workflow-bench.js';

const LEASE_SECONDS = 60;
const ENOUGH_MS = 60_000;

/** A Canary on a real Temporal server, over a cluster in memory, and whoever steers its release. */
export class Scene {
  /** Ids of other workflows that are recorded, by the names of their histories. */
  readonly others = new Map<string, string>();

  private constructor(
    readonly cluster: FakeCluster,
    readonly bench: WorkflowBench,
  ) {}

  static async open(cluster: FakeCluster, bundle: WorkflowBundleOption): Promise<Scene> {
    const bench = await openBench(cluster, undefined, bundle, { identity: IDENTITY });
    return new Scene(cluster, await bench.start());
  }

  /** Reports a change as the watch process does. */
  async submit(change: Partial<Change> = {}): Promise<void> {
    const { bench } = this;
    const full: Change = { id: randomUUID(), kind: 'target', by: 'kubectl', revision: 'v2', ...change };
    await new TemporalSubmissions(bench.client, { leaseSeconds: LEASE_SECONDS }).submit(bench.canary, full);
  }

  async order(name: OrderName, details: OrderDetails = {}): Promise<void> {
    const given = { by: 'alice', reason: 'for the record', requestId: randomUUID(), ...details };
    await this.bench.handle.executeUpdate(orderUpdates[name], { args: [given] });
  }

  async signal(name: OrderName, details: OrderDetails = {}): Promise<void> {
    await this.bench.handle.signal(orderSignals[name], { by: 'bob', ...details });
  }

  async atWeight(weight: number): Promise<void> {
    await until(() => this.cluster.weights.canary === weight, `weight ${weight}`, ENOUGH_MS);
  }

  async inPhase(phase: string): Promise<void> {
    await until(() => this.cluster.status.phase === phase, `phase ${phase}`, ENOUGH_MS);
  }

  async said(part: string): Promise<void> {
    await until(() => this.cluster.events.some((event) => event.includes(part)), `"${part}" is said`, ENOUGH_MS);
  }

  /** Waits until the last run of the release has closed, in whichever way. */
  async ended(): Promise<void> {
    try {
      await this.bench.handle.result();
    } catch (error) {
      // A run that failed or was cancelled has a history, too.
      if (!(error instanceof WorkflowFailedError)) throw error;
    }
  }
}
