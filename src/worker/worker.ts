import type { Client } from '@temporalio/client';
import { Worker, type ActivityInterceptorsFactory, type NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { Dependencies } from '../dependencies.js';
import { loadQueueOf, noticesQueueOf, rollbackQueueOf, taskQueueOf } from '../workflows/contract.js';
import { workflowBundle } from './bundle.js';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly identity?: string;
  /** Workflows kept in memory; one that isn't must be replayed for each of its tasks. */
  readonly maxCachedWorkflows?: number;
  /** Around each attempt of an activity. */
  readonly interceptors?: readonly ActivityInterceptorsFactory[];
}

/** Slots for activities: observing and applying are short, and waiting for pods needs no CPU. */
const ACTIVITY_SLOTS = 200;
const ROLLBACK_SLOTS = 50;
const NOTICE_SLOTS = 50;
const LOAD_SLOTS = 4;

/** Workflow tasks of this process at once: they are short, and most of their time is the server's. */
const WORKFLOW_TASK_SLOTS = 100;

/**
 * The number of pollers follows the load: a fixed number is either too large for a cluster at rest, or too small when
 * hundreds of releases run.
 */
const SCALING = { type: 'autoscaling', minimum: 2, initial: 5, maximum: 50 } as const;
const SCALING_ASIDE = { type: 'autoscaling', minimum: 1, initial: 2, maximum: 20 } as const;

/** The workers of one process: one for ticks, one that is always free for rollbacks, one for alerts, one for load tests. */
export class Workers {
  private constructor(private readonly workers: readonly Worker[]) {}

  static async create(deps: Dependencies, client: Client, options: WorkerOptions): Promise<Workers> {
    const { clusterName } = deps.settings;
    const activities = createActivities(deps, client);
    const common = {
      connection: options.connection,
      namespace: options.namespace,
      interceptors: { activity: [...(options.interceptors ?? [])] },
      ...(options.identity === undefined ? {} : { identity: options.identity }),
      shutdownGraceTime: '5s' as const,
      shutdownForceTime: '20s' as const,
    };
    // All activities without a queue of their own: one that is left out would never run.
    const { rollBack, deliver, archive, loadTest, ...others } = activities;
    const ticks = await Worker.create({
      ...common,
      taskQueue: taskQueueOf(clusterName),
      workflowBundle: await workflowBundle(),
      activities: { ...others },
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
      maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASK_SLOTS,
      // Local observations never wait for a slot.
      maxConcurrentLocalActivityExecutions: WORKFLOW_TASK_SLOTS,
      workflowTaskPollerBehavior: SCALING,
      activityTaskPollerBehavior: SCALING,
      // When a worker dies, its workflows move to another after this. With less than a task's wait under load, each
      // task would come twice, the second time with the whole history.
      stickyQueueScheduleToStartTimeout: '5s',
      ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
    });
    const rollbacks = await Worker.create({
      ...common,
      taskQueue: rollbackQueueOf(clusterName),
      activities: { rollBack },
      maxConcurrentActivityTaskExecutions: ROLLBACK_SLOTS,
      activityTaskPollerBehavior: SCALING_ASIDE,
    });
    const notices = await Worker.create({
      ...common,
      taskQueue: noticesQueueOf(clusterName),
      activities: { deliver, archive },
      maxConcurrentActivityTaskExecutions: NOTICE_SLOTS,
      activityTaskPollerBehavior: SCALING_ASIDE,
    });
    const loads = await Worker.create({
      ...common,
      taskQueue: loadQueueOf(clusterName),
      activities: { loadTest },
      maxConcurrentActivityTaskExecutions: LOAD_SLOTS,
      // An activity learns of its cancellation with a heartbeat: an application whose release has ended must get no
      // more load.
      maxHeartbeatThrottleInterval: '1s',
    });
    return new Workers([ticks, rollbacks, notices, loads]);
  }

  /** Runs until `shutdown`; a worker that fails takes the others with it. */
  async run(): Promise<void> {
    const runs = this.workers.map((worker) => worker.run());
    try {
      await Promise.all(runs);
    } catch (error) {
      this.shutdown();
      await Promise.allSettled(runs);
      throw error;
    }
  }

  /** Finishes what is under way, and takes nothing new. */
  shutdown(): void {
    for (const worker of this.workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
  }

  /** All of them poll for work. */
  get ready(): boolean {
    return this.workers.every((worker) => worker.getState() === 'RUNNING');
  }
}
