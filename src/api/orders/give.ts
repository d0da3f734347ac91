import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Submissions } from '../../temporal/submissions.js';
import { isForRest, wordOf } from '../../domain/orders/catalogue.js';
import {
  ORDER_REFUSED,
  orderSignals,
  orderUpdates,
  workflowIdOf,
  type OrderReceipt,
} from '../../workflows/contract.js';
import { temporalProblem } from '../problems/outside.js';
import { Problem } from '../problems/problem.js';
import { formatReleaseId, type ReleaseId } from '../releases/id.js';
import type { Run } from '../releases/run.js';
import type { Runs } from '../releases/runs.js';
import type { Obeyed, Pending } from '../schema/requests.js';
import { OrdersAtRest } from './at-rest.js';
import { refused, unknownRelease, type GivenOrder } from './given.js';

/** A release may continue in a new run at the moment an order comes. */
const ATTEMPTS = 3;

/** Gives people's orders to releases. */
export class Orders {
  private readonly atRest: OrdersAtRest;

  constructor(
    private readonly client: Client,
    private readonly runs: Runs,
    submissions: Submissions,
  ) {
    this.atRest = new OrdersAtRest(submissions, runs);
  }

  /**
   * Gives an order as an update, which a worker answers. Where none answers in time the same order is sent as a signal,
   * which Temporal keeps; the release accepts whichever comes first, and only that.
   *
   * @throws Problem where the release is unknown, has ended, or refuses now
   */
  async give(release: ReleaseId, given: GivenOrder): Promise<Obeyed | Pending> {
    if (isForRest(given.order)) return this.atRest.give(release, given);
    for (let attempt = 1; ; attempt += 1) {
      const run = await this.runs.find(release);
      if (!run) throw unknownRelease(formatReleaseId(release.canary, release.runId));
      if (given.order === 'abort' && (await this.isLeftBehind(run))) return this.atRest.give(release, given);
      if (run.status !== 'running') throw ended(run);
      try {
        return await this.deliver(run, given);
      } catch (error) {
        // The run has ended or continued as new since it was looked up.
        if (!(error instanceof WorkflowNotFoundError) || attempt >= ATTEMPTS) throw temporalProblem(error);
      }
    }
  }

  /**
   * The run was terminated and couldn't roll back, and no other run has taken its Canary over since: a person who wants
   * traffic back at the primary needn't wait for the janitor.
   */
  private async isLeftBehind(run: Run): Promise<boolean> {
    if (run.status !== 'terminated' && run.status !== 'timed-out') return false;
    return (await this.runs.latest(run.canary))?.runId === run.runId;
  }

  private async deliver(run: Run, given: GivenOrder): Promise<Obeyed | Pending> {
    const id = formatReleaseId(run.canary, run.runId);
    const order = wordOf(given.order);
    try {
      const receipt = await this.update(run, given);
      if (!receipt.taken) throw refused(receipt.refused ?? 'the release has gone on meanwhile');
      return { id, order, taken: true, phase: receipt.phase, weight: receipt.weight };
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw await this.failed(run, error);
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
      await this.signal(run, given);
      return { id, order, taken: 'pending' };
    }
  }

  private update(run: Run, { order, details }: GivenOrder): Promise<OrderReceipt> {
    return this.runs.within(this.runs.patience.workerMs, () =>
      this.handleOf(run).executeUpdate(orderUpdates[order], { args: [details], updateId: details.requestId }),
    );
  }

  private signal(run: Run, { order, details }: GivenOrder): Promise<void> {
    return this.runs.within(this.runs.patience.readMs, () => this.handleOf(run).signal(orderSignals[order], details));
  }

  /** For exactly this run: an order for one release must never reach the next. */
  private handleOf(run: Run) {
    return this.client.workflow.getHandle(workflowIdOf(run.canary), run.runId);
  }

  private async failed(run: Run, error: WorkflowUpdateFailedError): Promise<Problem> {
    const { cause } = error;
    if (cause instanceof ApplicationFailure && cause.type === ORDER_REFUSED) return refused(cause.message);
    // The run closed while it had the order.
    const now = await this.runs.find({ canary: run.canary, runId: run.runId });
    return now && now.status !== 'running' ? ended(now) : temporalProblem(error);
  }
}

function ended(run: Run): Problem {
  const outcome = run.outcome ?? run.status;
  const id = formatReleaseId(run.canary, run.runId);
  return new Problem('release-ended', `the release ${id} has ended: ${outcome}`, {
    release: { id, outcome, phase: run.phase, weight: run.weight },
  });
}
