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

/** Slots for activities: looking and applying are short, waiting for pods is only waiting. */
const ACTIVITY_SLOTS = 200;
const ROLLBACK_SLOTS = 50;
const NOTICE_SLOTS = 50;
const LOAD_SLOTS = 4;

/** Workflow tasks of this process at once: they are short, and most of their time is the server's. */
const WORKFLOW_TASK_SLOTS = 100;

/**
 * Pollers come and go with what there is to do: a fixed number is either too many for a cluster at rest or, when hundreds
 * of releases move, fewer than it takes to fetch what one process could do.
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
    // What has no queue of its own, all of it: an activity that is left out would be waited for for ever.
    const { rollBack, deliver, archive, loadTest, ...others } = activities;
    const ticks = await Worker.create({
      ...common,
      taskQueue: taskQueueOf(clusterName),
      workflowBundle: await workflowBundle(),
      activities: { ...others },
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
      maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASK_SLOTS,
      // None of them ever waits for a slot to look at the world from within.
      maxConcurrentLocalActivityExecutions: WORKFLOW_TASK_SLOTS,
      workflowTaskPollerBehavior: SCALING,
      activityTaskPollerBehavior: SCALING,
      // When a worker dies, its workflows move to another after this. Shorter than a task waits when there is much to do,
      // it would have each task come twice, the second time with the whole history.
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
      // A cancel is heard with a heartbeat: nobody wants load on an application whose release has ended.
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

  /** Lets what is under way finish, and takes nothing new. */
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
