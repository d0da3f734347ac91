import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { CanaryKey } from '../../../src/domain/identity.js';
import type { Change } from '../../../src/domain/state.js';
import { makeBundle, workflowBundle } from '../../../src/worker/bundle.js';
import { setUpTemporal } from '../../../src/temporal/setup.js';
import { beginningOf } from '../../../src/activities/begin.js';
import { lookOf } from '../../../src/activities/observe.js';
import { UnderWay } from '../../../src/activities/under-way.js';
import type { Activities, RegisteredActivities } from '../../../src/workflows/activities.js';
import {
  loadQueueOf,
  noticesQueueOf,
  rollbackQueueOf,
  submitUpdate,
  taskQueueOf,
  workflowIdOf,
  type RolloutInput,
} from '../../../src/workflows/contract.js';
import type { rollout } from '../../../src/workflows/rollout.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** The Temporal server that the test run has started. */
export function temporalAddress(): string {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (address === undefined) throw new Error('TEMPORAL_ADDRESS is not set: run the tests with npm test');
  return address;
}

let ready: Promise<void> | undefined;

export interface BenchOptions {
  /** What the client and the workers call themselves in histories; by default the process and the host. */
  readonly identity?: string;
  /** Whose release it is; by default a Canary of a cluster of its own. */
  readonly canary?: CanaryKey;
}

/** A cluster name that nobody else uses: queues and workflows are named after it. */
export function ownCluster(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

/** What a workflow task does itself comes back in time, as with the real ones. */
function promptly(activities: Activities | RegisteredActivities): RegisteredActivities {
  const underWay = new UnderWay();
  const within = (withinMs: number | undefined) => ({ signal: Context.current().cancellationSignal, withinMs });
  return {
    ...activities,
    begin: (input, withinMs) => underWay.do(beginningOf(input), () => activities.begin(input), within(withinMs)),
    observe: (input, withinMs) => underWay.do(lookOf(input), () => activities.observe(input), within(withinMs)),
  };
}

/** The server of the test run, with the search attributes that Serinus' lists of runs ask for. */
export async function connectTemporal(
  named: { readonly identity?: string } = {},
): Promise<{ readonly connection: Connection; readonly client: Client }> {
  const connection = await Connection.connect({ address: temporalAddress() });
  const client = new Client({ connection, ...named });
  ready ??= setUpTemporal(client, 'shared', 3600);
  await ready;
  return { connection, client };
}

/** A worker with these activities and a client, on queues of their own. */
export async function openBench(
  activities: Activities | RegisteredActivities,
  workflowsPath?: string,
  bundle?: WorkflowBundleOption,
  options: BenchOptions = {},
): Promise<WorkflowBench> {
  const { identity, canary = { cluster: ownCluster(), namespace: 'test', name: 'podinfo' } } = options;
  const named = identity === undefined ? {} : { identity };
  const { connection, client } = await connectTemporal(named);
  const native = await NativeConnection.connect({ address: temporalAddress() });
  const code = bundle ?? (workflowsPath === undefined ? await workflowBundle() : await makeBundle(workflowsPath));
  const { rollBack, loadTest, deliver, archive, ...others } = promptly(activities);
  const common = { connection: native, ...named };
  const open = async (): Promise<Worker[]> => [
    await Worker.create({
      ...common,
      taskQueue: taskQueueOf(canary.cluster),
      workflowBundle: code,
      activities: { ...others },
      stickyQueueScheduleToStartTimeout: '1s',
    }),
    await Worker.create({ ...common, taskQueue: rollbackQueueOf(canary.cluster), activities: { rollBack } }),
    await Worker.create({ ...common, taskQueue: loadQueueOf(canary.cluster), activities: { loadTest } }),
    await Worker.create({ ...common, taskQueue: noticesQueueOf(canary.cluster), activities: { deliver, archive } }),
  ];
  return new WorkflowBench(canary, client, native, connection, open);
}

export class WorkflowBench {
  private workers: Worker[] = [];
  private runs: Promise<void>[] = [];

  constructor(
    readonly canary: CanaryKey,
    readonly client: Client,
    private readonly native: NativeConnection,
    private readonly connection: Connection,
    private readonly open: () => Promise<Worker[]>,
  ) {}

  async start(): Promise<this> {
    this.workers = await this.open();
    this.runs = this.workers.map((worker) => worker.run());
    return this;
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.workers) worker.shutdown();
    await Promise.all(this.runs);
    this.workers = [];
    this.runs = [];
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.native.close();
    await this.connection.close();
  }

  get handle() {
    return this.client.workflow.getHandle<typeof rollout>(workflowIdOf(this.canary));
  }

  async submit(change: Partial<Change> = {}) {
    const full: Change = { id: randomUUID(), kind: 'target', by: 'test', ...change };
    const input: RolloutInput = { canary: this.canary, cause: full, leaseSeconds: 60 };
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof rollout>('rollout', {
      workflowId: workflowIdOf(this.canary),
      taskQueue: taskQueueOf(this.canary.cluster),
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return this.client.workflow.executeUpdateWithStart(submitUpdate, {
      args: [full],
      updateId: full.id,
      startWorkflowOperation,
    });
  }
}
