import { createHash } from 'node:crypto';
import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { CanaryKey } from '../domain/identity.js';
import type { Change } from '../domain/state.js';
import { messageOf, TransientError } from '../errors.js';
import type { OrderName } from '../domain/orders/catalogue.js';
import {
  ORDER_REFUSED,
  orderSignals,
  orderUpdates,
  ROLLOUT,
  searchAttributes as attributes,
  submitSignal,
  submitUpdate,
  taskQueueOf,
  workflowIdOf,
  type OrderDetails,
  type OrderReceipt,
  type RolloutInput,
  type SubmitAnswer,
} from '../workflows/contract.js';
import type { rollout } from '../workflows/rollout.js';

/** Information for the start of a run besides its change: for people who look at it in the Temporal UI. */
export interface Introduction {
  /** For instance `podinfo.test: 6.0.0 → 6.0.1`. */
  readonly summary?: string;
  readonly details?: string;
}

/** The result of an order that was given to an existing or new run. */
export interface GivenAnswer {
  /** Undefined where no worker has answered in time: Temporal keeps the order as a signal then. */
  readonly receipt: OrderReceipt | undefined;
  readonly runId: string;
}

export interface Submissions {
  /**
   * Gives an order to the open run, or starts one for it. Repetitions with the same id count once.
   *
   * @throws WorkflowUpdateFailedError where the run refuses it at once
   */
  give(canary: CanaryKey, order: OrderName, details: GivenDetails, of: string): Promise<GivenAnswer>;

  /**
   * Starts a run for the Canary, or reports the change to the open one.
   *
   * @throws TransientError where Temporal can't be reached
   */
  submit(canary: CanaryKey, change: Change, introduction?: Introduction): Promise<SubmitAnswer>;

  /**
   * The same for a caller that needs no answer: Temporal keeps the change, and no worker is waited for.
   *
   * @throws TransientError where Temporal can't be reached
   */
  report(canary: CanaryKey, change: Change, introduction?: Introduction): Promise<void>;
}

export type GivenDetails = OrderDetails & { readonly requestId: string; readonly by: string };

/** Why a run has refused an order at once; undefined for other failures. */
export function orderRefusedIn(error: unknown): string | undefined {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === ORDER_REFUSED ? cause.message : undefined;
}

/** An update waits for a worker; where none answers within this time, a signal is sent instead. */
const ANSWER_MS = 3_000;

/** For Temporal to accept a change, even under load. */
const REPORT_MS = 10_000;

/** Repetitions of the same change, by one or several processes, have the same id. */
export function changeId(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

export interface SubmissionOptions {
  /** Shortest term of the Lease, in seconds. */
  readonly leaseSeconds: number;
  /** How long to wait for a worker's answer, in milliseconds; three seconds where undefined. */
  readonly answerMs?: number;
}

/** Submits by update-with-start, so that the server reports to a run or starts one in a single step. */
export class TemporalSubmissions implements Submissions {
  constructor(
    private readonly client: Client,
    private readonly options: SubmissionOptions,
  ) {}

  private get deadline(): number {
    return Date.now() + (this.options.answerMs ?? ANSWER_MS);
  }

  async submit(canary: CanaryKey, change: Change, introduction: Introduction = {}): Promise<SubmitAnswer> {
    const operation = this.startOperation(canary, change, introduction);
    try {
      return await this.client.withDeadline(this.deadline, () =>
        this.client.workflow.executeUpdateWithStart(submitUpdate, {
          args: [change],
          updateId: change.id,
          startWorkflowOperation: operation,
        }),
      );
    } catch (error) {
      // Whether the update was accepted is unknown then. The server keeps a signal even while workers are down, and
      // delivering a change twice does no harm.
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
        return this.leaveSignal(canary, change, introduction);
      throw new TransientError(
        `Temporal did not take the change of ${canary.name}.${canary.namespace}: ${messageOf(error)}`,
      );
    }
  }

  async report(canary: CanaryKey, change: Change, introduction: Introduction = {}): Promise<void> {
    try {
      await this.client.withDeadline(Date.now() + REPORT_MS, () => this.leaveSignal(canary, change, introduction));
    } catch (error) {
      throw new TransientError(
        `Temporal did not take the change of ${canary.name}.${canary.namespace}: ${messageOf(error)}`,
      );
    }
  }

  async give(canary: CanaryKey, order: OrderName, details: GivenDetails, of: string): Promise<GivenAnswer> {
    const { by, requestId, reason = '', revision } = details;
    const about = revision === undefined ? {} : { revision };
    // What a dead run has left is rolled back, whether or not the order is accepted.
    const kind = order === 'abort' ? 'recover' : 'order';
    const change: Change = { id: requestId, kind, by, reason, requestId, of, ...about };
    const introduction = { summary: `${canary.name}.${canary.namespace}: ${order}` };
    const args: [OrderDetails] = [{ ...details, of }];
    const operation = this.startOperation(canary, change, introduction);
    try {
      const receipt = await this.client.withDeadline(this.deadline, () =>
        this.client.workflow.executeUpdateWithStart(orderUpdates[order], {
          args,
          updateId: requestId,
          startWorkflowOperation: operation,
        }),
      );
      return { receipt, runId: receipt.runId ?? '' };
    } catch (error) {
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
      const { options, args: start } = this.startArguments(canary, change, introduction);
      const signal = orderSignals[order];
      const handle = await this.client.workflow.signalWithStart(ROLLOUT, {
        ...options,
        args: start,
        signal,
        signalArgs: args,
      });
      return { receipt: undefined, runId: handle.signaledRunId };
    }
  }

  private async leaveSignal(canary: CanaryKey, change: Change, introduction: Introduction): Promise<SubmitAnswer> {
    const { options, args } = this.startArguments(canary, change, introduction);
    const handle = await this.client.workflow.signalWithStart(ROLLOUT, {
      ...options,
      args,
      signal: submitSignal,
      signalArgs: [change],
    });
    return { verdict: 'queued', runId: handle.signaledRunId };
  }

  private startOperation(
    canary: CanaryKey,
    change: Change,
    introduction: Introduction,
  ): WithStartWorkflowOperation<typeof rollout> {
    const { options, args } = this.startArguments(canary, change, introduction);
    return new WithStartWorkflowOperation<typeof rollout>(ROLLOUT, {
      ...options,
      args,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  }

  private startArguments(canary: CanaryKey, change: Change, introduction: Introduction) {
    const input: RolloutInput = { canary, cause: change, leaseSeconds: this.options.leaseSeconds };
    return {
      args: [input] as [RolloutInput],
      options: {
        workflowId: workflowIdOf(canary),
        taskQueue: taskQueueOf(canary.cluster),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
        staticSummary: introduction.summary ?? `${canary.name}.${canary.namespace}: ${change.kind}`,
        staticDetails: introduction.details ?? `Asked for by ${change.by}.`,
        memo: { canary: `${canary.namespace}/${canary.name}`, change: change.kind, by: change.by },
        typedSearchAttributes: attributePairs(canary, change),
      },
    };
  }
}

function attributePairs(canary: CanaryKey, change: Change): SearchAttributePair[] {
  return [
    { key: attributes.cluster, value: canary.cluster },
    { key: attributes.namespace, value: canary.namespace },
    { key: attributes.name, value: canary.name },
    { key: attributes.phase, value: 'New' },
    { key: attributes.triggeredBy, value: change.by },
    ...(change.revision === undefined ? [] : [{ key: attributes.revision, value: change.revision }]),
    ...(change.requestId === undefined ? [] : [{ key: attributes.requestId, value: change.requestId }]),
  ];
}
