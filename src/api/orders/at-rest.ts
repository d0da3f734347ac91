import { setTimeout as sleep } from 'node:timers/promises';
import { orderRefusedIn, type Submissions } from '../../temporal/submissions.js';
import type { OrderReceipt } from '../../workflows/contract.js';
import { temporalProblem } from '../problems/outside.js';
import { formatReleaseId, type ReleaseId } from '../releases/id.js';
import type { Run } from '../releases/run.js';
import type { Runs } from '../releases/runs.js';
import { wordOf } from '../../domain/orders/catalogue.js';
import { Once } from '../rollouts/once.js';
import type { Obeyed, Pending } from '../schema/requests.js';
import { refused, unknownRelease, type GivenOrder } from './given.js';

/** A release that has just ended passes orders on to the next run, which may take a moment to start. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/**
 * Gives orders about releases that have ended, or whose run is gone. A run of its own carries each of them out, under
 * the workflow id of the Canary, so that there is never another release beside it.
 */
export class OrdersAtRest {
  private readonly once = new Once<Obeyed | Pending>();

  constructor(
    private readonly submissions: Submissions,
    private readonly runs: Runs,
  ) {}

  /**
   * The same order, by its id, is given once and answered identically, by any process and whenever it is sent again.
   *
   * @throws Problem where the release is unknown, or the order is refused now
   */
  async give(release: ReleaseId, given: GivenOrder): Promise<Obeyed | Pending> {
    const id = formatReleaseId(release.canary, release.runId);
    const { requestId, by } = given.details;
    return this.once.run(`${id} ${requestId}`, JSON.stringify([given.order, by]), async () => {
      const run = await this.runs.find(release);
      if (!run) throw unknownRelease(id);
      return (await this.earlier(run, given)) ?? this.deliver(run, id, given);
    });
  }

  private async deliver(run: Run, id: string, given: GivenOrder): Promise<Obeyed | Pending> {
    const { canary } = run;
    const { order, details } = given;
    // Only of the newest release: the run compares it with the Canary's.
    const revision = details.revision ?? (run.status === 'running' ? undefined : run.revision);
    const about = revision === undefined ? details : { ...details, revision };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const { receipt, runId } = await this.send(run, order, about, id);
      if (receipt?.handedOn) {
        await sleep(PAUSE_MS);
        continue;
      }
      const carriedOutBy = formatReleaseId(canary, runId);
      if (receipt) return answerOf(carriedOutBy, order, receipt);
      return { id: carriedOutBy, order: wordOf(order), taken: 'pending' };
    }
    throw refused('the release has only just ended: send the order again in a moment');
  }

  private async send(run: Run, ...[order, details, of]: Rest<Parameters<Submissions['give']>>) {
    try {
      return await this.submissions.give(run.canary, order, details, of);
    } catch (error) {
      const why = orderRefusedIn(error);
      if (why !== undefined) throw refused(why);
      throw temporalProblem(error);
    }
  }

  /** The answer of the run that has carried the order out before. */
  private async earlier({ canary }: Run, { order, details }: GivenOrder): Promise<Obeyed | Pending | undefined> {
    const { requestId } = details;
    const latest = await this.runs.latest(canary);
    const run = latest?.requestId === requestId ? latest : await this.runs.byRequest(canary, requestId);
    if (!run) return undefined;
    const id = formatReleaseId(canary, run.runId);
    const receipt = await this.runs.receipt(run, requestId);
    // A refused order has done nothing, and may be possible now.
    if (receipt?.taken === false) return undefined;
    return receipt ? answerOf(id, order, receipt) : { id, order: wordOf(order), taken: 'pending' };
  }
}

type Rest<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Others] ? Others : never;

/** @throws Problem where the run has refused the order */
function answerOf(id: string, order: GivenOrder['order'], receipt: OrderReceipt): Obeyed {
  if (!receipt.taken) throw refused(receipt.refused ?? 'it could not be carried out');
  return { id, order: wordOf(order), taken: true, phase: receipt.phase, weight: receipt.weight };
}
