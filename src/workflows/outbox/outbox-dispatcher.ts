import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { CanaryKey } from '../../domain/identity.js';
import type { Notice } from '../../domain/notices/notice.js';
import {
  afterRound,
  dueAt,
  EMPTY_OUTBOX,
  pendingOf,
  posted,
  roundOf,
  type Outbox,
  type Round,
  type DeliveryResult,
  type Undelivered,
} from '../../domain/notices/outbox.js';
import { deliver } from '../activity-proxies.js';

/**
 * Delivers the posted notices, beside whatever else the run does: in order, at least once, and nothing waits for it.
 * Cancelling the run doesn't stop it: people are notified of a cancelled release, too.
 */
export class OutboxDispatcher {
  private lost: Undelivered[] = [];
  private delivering = false;
  private closed = false;
  private readonly walk: Promise<void>;
  private scope: CancellationScope | undefined;

  /** @param origin see `DeliverInput.origin` */
  constructor(
    private readonly canary: CanaryKey,
    readonly origin: string,
    private outbox: Outbox = EMPTY_OUTBOX,
  ) {
    this.walk = CancellationScope.nonCancellable(async () => {
      this.scope = new CancellationScope();
      await this.scope.run(() => this.deliverAll());
    });
    // A bug in here must not roll a release back.
    this.walk.catch((error: unknown) => {
      if (!this.closed) log.error('nothing more is delivered by this run', { error: String(error) });
    });
  }

  post(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    const [outbox, lost] = posted(this.outbox, notices);
    this.outbox = outbox;
    this.lost.push(...lost);
  }

  /** An attempt is under way; a run that continued as new now would have to repeat it. */
  get isDelivering(): boolean {
    return this.delivering;
  }

  /** Notices not delivered yet, for the run that continues from here. */
  get rest(): Outbox {
    return this.outbox;
  }

  /** Notices that will never be delivered, found out since the last call. */
  drain(): readonly Undelivered[] {
    const { lost } = this;
    this.lost = [];
    return lost;
  }

  /** Waits until all is delivered, the time is up, or something is more important. */
  async settle(ms: number, enough: () => boolean = () => false): Promise<void> {
    if (this.isDone) return;
    await condition(() => this.isDone || enough(), ms, { summary: 'deliver notices' });
  }

  /** Waits as long as it takes, at most until the history is long enough. @returns whether all is delivered */
  async finish(enough: () => boolean): Promise<boolean> {
    await condition(() => this.isDone || (enough() && !this.delivering));
    return this.isDone;
  }

  /**
   * Stops delivering.
   *
   * @returns notices not delivered yet, with a description for each recipient; undefined where there are none
   */
  async close(): Promise<{ readonly outbox: Outbox; readonly pending: readonly Undelivered[] } | undefined> {
    this.closed = true;
    if (this.delivering) this.scope?.cancel();
    await this.walk.catch(() => undefined);
    if (this.isDone) return undefined;
    const { outbox } = this;
    this.outbox = { ...outbox, notices: [], behind: {}, offered: outbox.next - 1 };
    return { outbox, pending: pendingOf(outbox) };
  }

  private get isDone(): boolean {
    return dueAt(this.outbox) === undefined;
  }

  private get isDue(): boolean {
    const due = dueAt(this.outbox);
    return due !== undefined && due <= Date.now();
  }

  private async deliverAll(): Promise<void> {
    for (;;) {
      await condition(() => this.closed || !this.isDone);
      if (this.closed) return;
      const wait = (dueAt(this.outbox) ?? 0) - Date.now();
      // Notices posted meanwhile are due at once.
      if (wait > 0) await condition(() => this.closed || this.isDue, wait, { summary: waitSummary(this.outbox) });
      if (this.closed) return;
      await this.deliverRound(roundOf(this.outbox, Date.now()));
    }
  }

  private async deliverRound(round: Round): Promise<void> {
    this.delivering = true;
    try {
      this.take(round, await this.notify(round));
    } finally {
      this.delivering = false;
    }
  }

  private async notify(round: Round): Promise<readonly DeliveryResult[]> {
    const { canary, origin } = this;
    try {
      return await deliver(canary.cluster, roundSummary(round)).deliver({ canary, origin, round });
    } catch (error) {
      // Cancelled while it was under way, or its worker died just then: the result is unknown, so it is sent again.
      if (this.closed || isCancellation(error)) throw error;
      // Only a bug gets here. It must not block anything, nor be retried for ever.
      log.error('the notices could not be delivered', { error: String(error) });
      const refused = round.notices.map(({ seq }) => ({ seq, error: 'the delivery failed, see the history' }));
      return [{ to: 'everybody', through: round.notices.at(-1)?.seq ?? round.offered, refused }];
    }
  }

  private take(round: Round, results: readonly DeliveryResult[]): void {
    const [outbox, lost] = afterRound(this.outbox, round, results, Date.now());
    this.outbox = outbox;
    this.lost.push(...lost);
  }
}

function roundSummary({ notices, again }: Round): string {
  const late = Object.keys(again);
  const what = notices.length === 1 ? 'a notice' : `${notices.length} notices`;
  return late.length === 0 ? `deliver ${what}` : `deliver ${what}, again to ${late.join(', ')}`;
}

function waitSummary({ behind }: Outbox): string {
  return `try again: ${Object.keys(behind).join(', ')}`;
}
