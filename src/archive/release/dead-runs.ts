import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { releaseIdOf, type CanaryKey } from '../../domain/identity.js';
import { isWorthKeeping, outcomeOf, type EndedRelease } from '../../domain/record/outcome.js';
import { PHASES } from '../../domain/phases.js';
import type { RunState } from '../../domain/state.js';
import { retreated } from '../../domain/steps/rolled-back.js';
import { messageOf } from '../../errors.js';
import {
  ARCHIVE,
  archiveIdOf,
  ROLLOUT,
  searchAttributes as attributes,
  stateQuery,
  taskQueueOf,
  type ArchiveInput,
  type RunView,
} from '../../workflows/contract.js';
import type { Dependencies } from '../../dependencies.js';
import { readSnapshot } from './snapshots.js';
import { CLOSE_EVENT } from '../../temporal/history.js';
import { unreadOrders } from '../../temporal/unread-orders.js';

/** Older ones were archived by an earlier round, or by an earlier janitor. */
const LOOK_BACK_MS = 7 * 24 * 3_600_000;
/** For the state of a closed run: a worker has to replay it. */
const ANSWER_MS = 10_000;
const ROUND_LIMIT = 100;
/** Rounds in which the state of a run is requested before it is archived without. */
const PATIENCE = 3;

/**
 * Runs that were terminated or timed out can't pass their release to the archive: this does it for them, from their
 * last state. The release that follows, which rolls back what they have left, has a record of its own.
 */
export class DeadRuns {
  /** Ids of runs that are finished here. */
  private readonly done = new Set<string>();
  /** Rounds in which no worker returned a run's state. */
  private readonly silent = new Map<string, number>();

  constructor(
    private readonly deps: Pick<Dependencies, 'archive' | 'settings' | 'log' | 'now' | 'cache' | 'leases'>,
    private readonly client: Client,
  ) {}

  /** @returns ids of the releases that were passed on */
  async offload(): Promise<readonly string[]> {
    const { deps, client } = this;
    if (!deps.archive) return [];
    const offloaded: string[] = [];
    for await (const run of client.workflow.list({ query: this.query(), pageSize: ROUND_LIMIT })) {
      if (this.done.has(run.runId)) continue;
      const view = await this.viewOf(run);
      if (!view && this.isWorthAnotherRound(run.runId)) continue;
      const release = await this.offloadOne(run, view);
      this.done.add(run.runId);
      if (release !== undefined) offloaded.push(release);
      if (offloaded.length === ROUND_LIMIT) break;
    }
    return offloaded;
  }

  private query(): string {
    const { clusterName } = this.deps.settings;
    const since = new Date(this.deps.now() - LOOK_BACK_MS).toISOString();
    return (
      `WorkflowType = '${ROLLOUT}' AND ${attributes.cluster.name} = '${clusterName}'` +
      ` AND ExecutionStatus IN ('Terminated', 'TimedOut') AND CloseTime > '${since}'`
    );
  }

  private isWorthAnotherRound(runId: string): boolean {
    const rounds = (this.silent.get(runId) ?? 0) + 1;
    this.silent.set(runId, rounds);
    return rounds < PATIENCE;
  }

  private async offloadOne(run: WorkflowExecutionInfo, view: RunView | undefined): Promise<string | undefined> {
    const input = await this.inputOf(run, view);
    if (!input) return undefined;
    const { cluster } = input.canary;
    try {
      await this.client.workflow.start(ARCHIVE, {
        workflowId: archiveIdOf(cluster, input.release, 'end'),
        taskQueue: taskQueueOf(cluster),
        args: [input],
        // A run that was terminated after the end of its release has passed it on itself.
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `archive the release of ${input.release}, whose run was ended`,
      });
      return input.release;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  /** @returns undefined where no worker can return it any more */
  private async viewOf({ workflowId, runId }: WorkflowExecutionInfo): Promise<RunView | undefined> {
    try {
      const handle = this.client.workflow.getHandle(workflowId, runId);
      return await this.client.withDeadline(Date.now() + ANSWER_MS, () => handle.query(stateQuery));
    } catch (error) {
      const { log } = this.deps;
      log.warn({ workflowId, runId }, `the state of a run that was ended can't be read: ${messageOf(error)}`);
      return undefined;
    }
  }

  private async inputOf(
    run: WorkflowExecutionInfo,
    view: RunView | undefined,
  ): Promise<(ArchiveInput & { readonly part: 'end' }) | undefined> {
    const runs = view?.runs ?? [run.runId];
    const [first = run.runId] = runs;
    const ended = await this.endedOf(run, view, runs);
    if (!ended) return undefined;
    const { canary } = ended;
    const release = releaseIdOf(canary, first);
    if (view && !isWorthKeeping(ended) && !(await this.hasKept(canary, release))) return undefined;
    const chunks = Array.from({ length: ended.handedOver?.chunks ?? 0 }, (_, index) => index + 1);
    const after = chunks.map((part) => archiveIdOf(canary.cluster, release, part));
    return { canary, release, part: 'end', ended, after };
  }

  /** A release that was terminated right after its start has left a snapshot, which only the archive deletes. */
  private async hasKept(canary: CanaryKey, release: string): Promise<boolean> {
    return (await readSnapshot(this.deps, canary, release)).isAny;
  }

  private async endedOf(
    run: WorkflowExecutionInfo,
    view: RunView | undefined,
    runs: readonly string[],
  ): Promise<EndedRelease | undefined> {
    const endedAt = run.closeTime?.getTime() ?? this.deps.now();
    const unread = await unreadOrders(this.client, run, new Set(view?.state?.requests));
    if (view?.state) {
      const outcome = await this.outcomeOf(run, view.state, runs, endedAt);
      return { ...outcome, record: [...outcome.record, ...unread] };
    }
    if (view && unread.length === 0) return undefined;
    const { clusterName } = this.deps.settings;
    const ending = { kind: 'died', reason: await this.reasonOf(run) } as const;
    return { ...knownOf(run, clusterName), record: unread, ending, runs, endedAt: new Date(endedAt).toISOString() };
  }

  /** Its outcome: rolled back by the dead-man's switch, if that was quicker than the recovering run. */
  private async outcomeOf(
    run: WorkflowExecutionInfo,
    state: RunState,
    runs: readonly string[],
    endedAt: number,
  ): Promise<EndedRelease> {
    if (state.ending) return outcomeOf(state, runs, endedAt);
    const reason = await this.reasonOf(run);
    const lease = await this.deps.leases.fresh(state.canary.namespace, state.canary.name);
    const done = lease?.retreat?.of === state.epoch ? lease.retreat.done : undefined;
    if (done) return outcomeOf(retreated(state, done), runs, endedAt);
    return { ...outcomeOf(state, runs, endedAt), ending: { kind: 'died', reason } };
  }

  private async reasonOf({ workflowId, runId, status }: WorkflowExecutionInfo): Promise<string> {
    const { history } = await this.client.workflowService.getWorkflowExecutionHistory({
      namespace: this.client.options.namespace,
      execution: { workflowId, runId },
      historyEventFilterType: CLOSE_EVENT,
    });
    const reason = history?.events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason;
    const how = status.name === 'TERMINATED' ? 'its run was terminated' : 'its run has timed out';
    return reason ? `${how}: ${reason}` : how;
  }
}

/** The indexed facts about a run, where nothing else is known. */
function knownOf(
  { typedSearchAttributes: known, startTime }: WorkflowExecutionInfo,
  cluster: string,
): Omit<EndedRelease, 'ending' | 'runs' | 'endedAt'> {
  const canary: CanaryKey = {
    cluster,
    namespace: known.get(attributes.namespace) ?? '',
    name: known.get(attributes.name) ?? '',
  };
  const hash = known.get(attributes.revision);
  return {
    canary,
    cause: { id: '', kind: 'target', by: known.get(attributes.triggeredBy) ?? 'unknown' },
    revision: hash === undefined ? undefined : { hash, configs: {} },
    promoted: '',
    phase: PHASES.find((phase) => phase === known.get(attributes.phase)) ?? '',
    weight: known.get(attributes.weight) ?? 0,
    failedChecks: 0,
    startedAt: startTime.toISOString(),
    record: [],
    recordDropped: 0,
  };
}
