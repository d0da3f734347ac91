import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type RawWorkflowExecutionInfo,
} from '@temporalio/client';
import type { CanaryKey } from '../../domain/identity.js';
import type { Aftercare } from '../../domain/aftercare/aftercare.js';
import type { MetricResult } from '../../domain/findings.js';
import type { RunState } from '../../domain/state.js';
import { messageOf } from '../../errors.js';
import {
  aftercareQuery,
  canaryOfWorkflow,
  searchAttributes as attributes,
  stateQuery,
  workflowIdOf,
  type OrderReceipt,
  type Outcome,
  type RunView,
  type SubmitAnswer,
} from '../../workflows/contract.js';
import type { rollout } from '../../workflows/rollout.js';
import { CLOSE_EVENT } from '../../temporal/history.js';
import { temporalProblem } from '../problems/outside.js';
import type { ReleaseId } from './id.js';
import { pageTokenOf, temporalTokenOf } from './page-token.js';
import { Pieces } from './pieces.js';
import { openRunOf, runOf, type OpenRun, type Run } from './run.js';
import { allOf, equals, historyQuery, underWayQuery } from './visibility.js';

/** Time limits for answers, milliseconds. */
export interface Patience {
  /** Of Temporal itself. */
  readonly readMs: number;
  /** Of a worker. */
  readonly workerMs: number;
}

export interface Page {
  readonly runs: readonly Run[];
  readonly nextPageToken: string | undefined;
}

/** A release that continued as new more often than this has lasted for months. */
const MAX_HOPS = 10_000;
/** Page size of requests for open runs, and their largest number. */
const OPEN_PAGE = 1_000;
const MOST_PAGES = 10;

/**
 * The runs of Canaries' workflows, for the API.
 *
 * All methods throw {@link Problem} `temporal-unreachable` where Temporal doesn't answer in time.
 */
export class Runs {
  private readonly pieces: Pieces;

  constructor(
    private readonly client: Client,
    readonly patience: Patience,
  ) {
    this.pieces = new Pieces(client);
  }

  get temporalNamespace(): string {
    return this.client.options.namespace;
  }

  /** The newest run of a Canary, open or not. */
  async latest(canary: CanaryKey): Promise<Run | undefined> {
    return this.describe(canary, undefined);
  }

  /** The present or last run of a release: a long release has continued in new runs since its first. */
  async find({ canary, runId }: ReleaseId): Promise<Run | undefined> {
    let run = await this.describe(canary, runId);
    for (let hop = 0; run && goesOn(run) && hop < MAX_HOPS; hop += 1) {
      const next = await this.continuedIn(run);
      if (next === undefined) return run;
      run = await this.describe(canary, next);
    }
    return run;
  }

  /** The state of a run, from a worker. @returns the reason where none answers */
  async view(run: Run): Promise<RunView | { readonly unavailable: string }> {
    try {
      const view = await this.within(this.patience.workerMs, () =>
        this.client.workflow.getHandle(workflowIdOf(run.canary), run.runId).query(stateQuery),
      );
      const { state, runs: [first = run.runId] = [] } = view;
      return state ? { ...view, state: await this.whole(state, first) } : view;
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
      return { unavailable: `no worker has answered with the state of the run: ${messageOf(error)}${cause}` };
    }
  }

  /**
   * The measurements of the newest check of a run under way; none before the first.
   *
   * @throws an error where no worker answers
   */
  async lastMetrics(canary: CanaryKey, runId: string): Promise<readonly MetricResult[]> {
    const { state } = await this.within(this.patience.workerMs, () =>
      this.client.workflow.getHandle(workflowIdOf(canary), runId).query(stateQuery),
    );
    return state?.record.findLast((entry) => entry.what === 'analysis')?.metrics ?? [];
  }

  /** The result of a run that has completed. It needs no worker. */
  async outcome(run: Run): Promise<Outcome | undefined> {
    if (run.status !== 'completed') return undefined;
    try {
      const outcome = await this.read(() =>
        this.client.workflow.getHandle<typeof rollout>(workflowIdOf(run.canary), run.runId).result(),
      );
      return await this.whole(outcome, outcome.runs?.[0] ?? run.runId);
    } catch (error) {
      if (error instanceof WorkflowFailedError) return undefined;
      throw error;
    }
  }

  /**
   * The observations after a promotion, from a worker. Left out where it doesn't answer now: the release is known all
   * the same.
   *
   * @param workflowId as the release's outcome names it
   */
  async aftercare(workflowId: string): Promise<Aftercare | undefined> {
    try {
      return await this.within(this.patience.workerMs, () =>
        this.client.workflow.getHandle(workflowId).query(aftercareQuery),
      );
    } catch {
      return undefined;
    }
  }

  /** With the pieces of a long record that the run no longer carries. */
  private async whole<T extends RunState | Outcome>(carrier: T, first: string): Promise<T> {
    return this.read(() => this.pieces.joined(carrier, first));
  }

  /** The newest run's answer to a submission; undefined where it has not received or answered it yet. */
  async submitted(canary: CanaryKey, changeId: string): Promise<SubmitAnswer | undefined> {
    const handle = this.client.workflow.getHandle(workflowIdOf(canary)).getUpdateHandle<SubmitAnswer>(changeId);
    return this.orUndefined(async () => {
      try {
        return await handle.result();
      } catch (error) {
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return undefined;
        throw error;
      }
    });
  }

  /** A run's answer to an order; undefined where it has not answered yet. */
  async receipt(run: Run, requestId: string): Promise<OrderReceipt | undefined> {
    const handle = this.client.workflow.getHandle(workflowIdOf(run.canary), run.runId);
    return this.orUndefined(async () => {
      try {
        return await handle.getUpdateHandle<OrderReceipt>(requestId).result();
      } catch (error) {
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return undefined;
        throw error;
      }
    });
  }

  /** The run that carried a request out, according to Temporal's index. */
  async byRequest(canary: CanaryKey, requestId: string): Promise<Run | undefined> {
    const query = allOf([...canaryIs(canary), equals(attributes.requestId.name, requestId)]);
    return (await this.list(() => canary, query, 1, undefined)).runs[0];
  }

  /** The runs of a Canary, open ones first, then the newest. */
  async history(
    canary: CanaryKey,
    options: { readonly limit: number; readonly pageToken: string | undefined; readonly all: boolean },
  ): Promise<Page> {
    const query = allOf([...canaryIs(canary), ...historyQuery(options.all)]);
    return this.list(() => canary, query, options.limit, options.pageToken);
  }

  /** The open runs of a cluster, by `namespace/name` of their Canaries. */
  async underWay(cluster: string): Promise<ReadonlyMap<string, OpenRun>> {
    const query = allOf([equals(attributes.cluster.name, cluster), ...underWayQuery()]);
    const found = new Map<string, OpenRun>();
    let token: Uint8Array | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { executions, nextPageToken } = await this.read(() =>
        this.client.workflowService.listWorkflowExecutions({
          namespace: this.client.options.namespace,
          query,
          pageSize: OPEN_PAGE,
          ...(token === undefined ? {} : { nextPageToken: token }),
        }),
      );
      for (const [key, run] of executions.flatMap(openRunOf)) found.set(key, run);
      if (nextPageToken.length === 0) break;
      token = nextPageToken;
    }
    return found;
  }

  /**
   * Runs of all Canaries of a cluster; closed ones are sorted by their end, the latest first.
   *
   * @param query of the list filter
   */
  async search(cluster: string, query: string, pageSize: number, pageToken: string | undefined): Promise<Page> {
    return this.list((raw) => canaryOfCluster(cluster, raw.execution?.workflowId ?? ''), query, pageSize, pageToken);
  }

  /** @throws Problem where Temporal doesn't answer in time */
  async ping(): Promise<void> {
    await this.read(() => this.client.workflowService.getSystemInfo({}));
  }

  private async list(
    canaryOf: (raw: RawWorkflowExecutionInfo) => CanaryKey | undefined,
    query: string,
    pageSize: number,
    pageToken: string | undefined,
  ): Promise<Page> {
    const token = pageToken === undefined ? {} : { nextPageToken: temporalTokenOf(pageToken, query) };
    const { executions, nextPageToken } = await this.read(() =>
      this.client.workflowService.listWorkflowExecutions({
        namespace: this.client.options.namespace,
        query,
        pageSize,
        ...token,
      }),
    );
    const runs = executions.flatMap((raw) => {
      const canary = canaryOf(raw);
      return canary ? [runOf(canary, raw)] : [];
    });
    return { runs, nextPageToken: pageTokenOf(nextPageToken, query) };
  }

  private async describe(canary: CanaryKey, runId: string | undefined): Promise<Run | undefined> {
    const description = await this.orUndefined(() =>
      this.client.workflow.getHandle(workflowIdOf(canary), runId).describe(),
    );
    const raw = description?.raw.workflowExecutionInfo;
    return raw ? runOf(canary, raw) : undefined;
  }

  private async continuedIn(run: Run): Promise<string | undefined> {
    const { history } = await this.read(() =>
      this.client.workflowService.getWorkflowExecutionHistory({
        namespace: this.client.options.namespace,
        execution: { workflowId: workflowIdOf(run.canary), runId: run.runId },
        historyEventFilterType: CLOSE_EVENT,
      }),
    );
    return history?.events?.[0]?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }

  private async orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
    return this.read(async () => {
      try {
        return await call();
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    });
  }

  private async read<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await this.within(this.patience.readMs, call);
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw error;
      throw temporalProblem(error);
    }
  }

  within<T>(ms: number, call: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + ms, call);
  }
}

/** A run that continued as new before its release had ended; after its end the next run has another release. */
function goesOn(run: Run): boolean {
  return run.status === 'continued-as-new' && run.outcome === undefined;
}

function canaryOfCluster(cluster: string, workflowId: string): CanaryKey | undefined {
  const canary = canaryOfWorkflow(workflowId);
  return canary?.cluster === cluster ? canary : undefined;
}

function canaryIs(canary: CanaryKey): string[] {
  return [
    equals(attributes.cluster.name, canary.cluster),
    equals(attributes.namespace.name, canary.namespace),
    equals(attributes.name.name, canary.name),
  ];
}
