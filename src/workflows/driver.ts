import { CancellationScope, condition, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import { isNews } from '../domain/change.js';
import { decide, type Happening } from '../domain/decision/decide.js';
import { REFUSAL_REPORT, REFUSED } from '../domain/steps/failed.js';
import type { Decision } from '../domain/decision/effects.js';
import { statusOf } from '../domain/decision/effects.js';
import type { CanaryKey } from '../domain/identity.js';
import { isForRest } from '../domain/orders/catalogue.js';
import { refusalOf, type Order } from '../domain/orders/orders.js';
import type { Notice } from '../domain/notices/notice.js';
import { leaseTerm, plan, type Plan } from '../domain/decision/plan.js';
import { withoutDeeds } from '../domain/record/record.js';
import { sinceRouted } from '../domain/decision/routed.js';
import type { RestoreOptions } from '../domain/orders/restore-options.js';
import type { Change, RunState } from '../domain/state.js';
import type { Applied, LeaseGuard } from './activities.js';
import { asked, isFresh } from './asked.js';
import type { OutboxDispatcher } from './outbox-dispatcher.js';
import { failureOf } from './failure.js';
import type { Inbox } from './inbox.js';
import { act, here, look, notify, retreat, wait } from './activity-proxies.js';
import { isLocal, TASK_WORK_MS, type TaskWork } from './task-work.js';

/** The decisions, as the driver needs them; tests put broken ones in. */
export interface Core {
  readonly decide: typeof decide;
  readonly plan: typeof plan;
}

export const CORE: Core = { decide, plan };

const FAREWELL_MS = 10_000;

/** The run that is carried out. */
interface Whose {
  readonly canary: CanaryKey;
  /** Id of the release. */
  readonly release: string;
  /** Shortest term of the Lease. */
  readonly leaseSeconds: number;
}

/**
 * Carries a run out: asks the core what is next, does it, tells the core what came of it. Knows nothing about releases
 * itself.
 */
export class Driver {
  constructor(
    private readonly whose: Whose,
    private readonly inbox: Inbox,
    private readonly core: Core,
    private readonly get: () => RunState,
    private readonly set: (state: RunState) => void,
    private readonly dispatcher: OutboxDispatcher,
    private readonly taskWork: TaskWork,
  ) {}

  private get state(): RunState {
    return this.get();
  }

  private get canary(): CanaryKey {
    return this.whose.canary;
  }

  /** A change that was reported when the run had already ended: it needs a run of its own. */
  late: Change | undefined;
  /** Where the run stands when the effects that are under way are done. */
  upcoming: RunState | undefined;
  /** Orders for a release that has ended, which came when this one just had: the run that follows has them. */
  readonly lateOrders: Order[] = [];
  private hasSaidFarewell = false;
  private looks = 0;

  /** One turn. @returns false where the run has come to its end */
  async turn(): Promise<boolean> {
    if (!this.inbox.isEmpty) {
      await this.readInbox();
      return true;
    }
    const next = this.core.plan(this.state, Date.now());
    switch (next.do) {
      case 'end':
        return false;
      case 'hold':
        await this.inbox.wait(undefined, next.summary);
        this.taskWork.released();
        return true;
      case 'wait':
        await this.inbox.wait(next.ms, next.summary);
        this.taskWork.released();
        return true;
      case 'observe':
        await this.observe();
        return true;
      case 'awaitReady':
        await this.awaitReady(next);
        return true;
      case 'callHooks':
        await this.callHooks();
        return true;
    }
  }

  private async readInbox(): Promise<void> {
    for (const item of this.inbox.drain()) {
      if (item.type === 'order') {
        if (this.state.ending && isForRest(item.order.order)) this.forward(item.order);
        else await this.obey(item.order);
      } else if (this.state.ending) this.late = isNews(this.state, item.change) ? item.change : this.late;
      else await this.happen({ type: 'submitted', change: item.change });
    }
  }

  private async obey(order: Order): Promise<void> {
    const known = this.state.requests.includes(order.requestId);
    const recall = known ? undefined : await this.recallFor(order);
    const refused = known ? earlierRefusal(this.state, order) : refusalOf(this.state, order, recall);
    await this.happen({ type: 'order', order, ...(recall === undefined ? {} : { recall }) });
    this.inbox.answer(order, refused, this.state);
    this.taskWork.owesAnswer();
  }

  private forward(order: Order): void {
    this.lateOrders.push(order);
    this.inbox.forward(order, this.state);
  }

  /** What the cluster has, where that decides; what can't be read stands in the way of the order. */
  private async recallFor(order: Order): Promise<RestoreOptions | undefined> {
    if (!isForRest(order.order) || refusalOf(this.state, order) !== undefined) return undefined;
    try {
      return await look(`see whether ${order.order} is possible`).recall({ canary: this.canary });
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { target: 'changed', obstacle: `the cluster can't be looked at: ${failureOf(error).error.message}` };
    }
  }

  private async observe(): Promise<void> {
    const { state } = this;
    const asOf = Date.now();
    // A change is looked at when this look is done, which may have asked webhooks that are to be asked once.
    const isWhole = isLocal() || patched('looks-are-whole');
    const orders = () => (isWhole ? this.inbox.hasOrder : !this.inbox.isEmpty);
    const summary = state.phase === 'Progressing' && state.begun ? `look at weight ${state.weight}` : 'look';
    const input = {
      ...this.guard(),
      standing: asked(state),
      fresh: isFresh(state),
      asOf,
      ...(isLocal() ? { look: this.nextLook() } : {}),
    };
    const findings = await this.orElse(() =>
      this.taskWork.do(
        () => here(summary).observe(input, TASK_WORK_MS),
        () => this.interruptible(orders, () => look(summary).observe(input)),
      ),
    );
    if (findings) await this.happen({ type: 'observed', findings, asOf });
  }

  /** When a task is done again, its time is another one and this is the same. */
  private nextLook(): string {
    this.looks += 1;
    return `${workflowInfo().runId}.${this.looks}`;
  }

  private async awaitReady({ do: _do, ...what }: Plan & { do: 'awaitReady' }): Promise<void> {
    const { of } = what;
    const anything = () => !this.inbox.isEmpty;
    this.taskWork.released();
    const readiness = await this.orElse(() =>
      this.interruptible(anything, () =>
        wait(`wait for ${of} pods`).awaitReady({
          ...this.guard(),
          ...what,
          revision: this.state.applied?.hash,
        }),
      ),
    );
    if (readiness) await this.happen({ type: 'readiness', of, readiness });
  }

  private async callHooks(): Promise<void> {
    const phase = this.state.phase;
    this.taskWork.released();
    const round = await this.orElse(() =>
      notify('post-rollout webhooks').callHooks({
        canary: this.canary,
        type: 'post-rollout',
        phase,
        origin: this.dispatcher.origin,
      }),
    );
    await this.happen({ type: 'hooked', round: round ?? { results: [] } });
  }

  private async happen(happening: Happening): Promise<void> {
    await this.carryOut(this.core.decide(this.state, happening, Date.now()));
  }

  private async carryOut(decision: Decision): Promise<void> {
    this.upcoming = decision.do === 'rollBack' ? decision.next('primary') : decision.next;
    await this.carryOutNow(decision);
    this.upcoming = undefined;
  }

  private async carryOutNow(decision: Decision): Promise<void> {
    switch (decision.do) {
      case 'nothing':
        this.set(decision.next);
        return;
      case 'apply':
        await this.apply(decision);
        return;
      case 'rollBack':
        await this.rollBack(decision);
        return;
    }
  }

  private async apply(decision: Decision & { do: 'apply' }): Promise<void> {
    const exposes = decision.effects.some(
      (effect) => effect.do === 'promote' || (effect.do === 'weights' && effect.canary > this.state.weight),
    );
    const leaves = decision.effects.some((effect) => effect.do === 'revert');
    if (leaves) await this.sayFarewell(decision.notices ?? []);
    this.taskWork.released();
    try {
      // Half-done effects are worse than late ones: an order waits until they are done.
      const applied = await CancellationScope.nonCancellable(() =>
        act(decision.summary, exposes).apply({
          ...this.guard(decision.next),
          effects: decision.effects,
          at: Date.now(),
          observedGeneration: decision.next.generation,
          observedApprovals: decision.next.observedApprovals,
          release: this.whose.release,
        }),
      );
      if (applied.overtaken) {
        this.stay(decision.next);
        await this.happen({ type: 'overtaken' });
        return;
      }
      const { shipment = decision.next.shipment } = applied;
      this.set({ ...whenApplied(this.state, decision.next, applied), shipment, seq: this.state.seq + 1 });
    } catch (error) {
      this.stay(decision.next);
      const failed = failureOf(error);
      // What can't even be said is looked at again all the same, and not at once.
      if (failed.error.type === REFUSED && decision.summary === REFUSAL_REPORT)
        this.set({ ...decision.next, record: this.state.record, seq: this.state.seq });
      else await this.happen(failed);
      return;
    }
    if (!leaves) this.dispatcher.post(decision.notices ?? []);
  }

  /** Who listens stands in the Canary: they are notified before it goes, and it waits a moment for that. */
  private async sayFarewell(notices: readonly Notice[]): Promise<void> {
    if (this.hasSaidFarewell) return;
    this.hasSaidFarewell = true;
    this.dispatcher.post(notices);
    await this.dispatcher.settle(FAREWELL_MS);
  }

  private async rollBack(decision: Decision & { do: 'rollBack' }): Promise<void> {
    const next = decision.next('primary');
    this.taskWork.released();
    let servedBy: 'primary' | 'canary';
    try {
      const done = await CancellationScope.nonCancellable(() =>
        retreat(this.canary.cluster, decision.summary).rollBack({
          ...this.guard(next),
          before: decision.before,
          ...(this.state.told === undefined ? {} : { told: this.state.told }),
          reason: decision.summary,
          status: statusOf(next),
          at: Date.now(),
          observedGeneration: this.state.generation,
          observedApprovals: this.state.observedApprovals,
        }),
      );
      servedBy = done.servedBy;
    } catch (error) {
      this.stay(next);
      await this.happen({ ...failureOf(error), rollingBack: true });
      return;
    }
    this.set({ ...decision.next(servedBy), seq: this.state.seq + 1 });
    this.dispatcher.post(decision.notices?.(servedBy) ?? []);
  }

  /** What was decided could not be carried out: only the record says that it was. */
  private stay({ record: decided }: RunState): void {
    const { record, seq } = this.state;
    this.set({ ...this.state, record: withoutDeeds(record, decided), seq: seq + 1 });
  }

  private guard(next: RunState = this.state): LeaseGuard {
    return {
      canary: this.canary,
      fence: { epoch: this.state.epoch, seq: this.state.seq },
      lease: leaseTerm(next, this.whose.leaseSeconds),
      holder: holderOf(),
      uid: this.state.uid,
    };
  }

  /**
   * A read that is given up the moment something comes in that doesn't wait for it.
   *
   * @returns undefined where it was given up
   */
  private async interruptible<T>(by: () => boolean, read: () => Promise<T>): Promise<T | undefined> {
    const scope = new CancellationScope();
    let done = false;
    const result = scope.run(read).finally(() => (done = true));
    result.catch(() => undefined);
    await condition(() => done || by());
    if (done) return result;
    scope.cancel();
    try {
      return await result;
    } catch (error) {
      if (isCancellation(error) && !CancellationScope.current().consideredCancelled) return undefined;
      throw error;
    }
  }

  /** What fails for good is said where users look; a cancelled run goes its own way. */
  private async orElse<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (isCancellation(error)) throw error;
      await this.happen(failureOf(error));
      return undefined;
    }
  }
}

/** Why an order that is sent again was refused before, where it was. */
function earlierRefusal({ record }: RunState, { requestId }: Order): string | undefined {
  const entry = record.findLast((one) => one.what === 'order' && one.requestId === requestId);
  return entry?.what === 'order' ? entry.refused : undefined;
}

function whenApplied(before: RunState, next: RunState, { routedMsAgo }: Applied): RunState {
  return routedMsAgo === undefined ? next : sinceRouted(before, next, Date.now() - routedMsAgo);
}

/** Names the holder of the Lease: the same through a chain of runs that continue as new. */
export function holderOf(): string {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return `${workflowId}/${firstExecutionRunId}`;
}
