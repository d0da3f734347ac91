import { CancellationScope, condition, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import { isNews } from '../domain/change.js';
import { decide, type Happening } from '../domain/decision/decide.js';
import type { CanaryKey } from '../domain/identity.js';
import { isForRest } from '../domain/orders/catalogue.js';
import { refusalOf, type Order } from '../domain/orders/orders.js';
import { plan, type Plan } from '../domain/decision/plan.js';
import type { RestoreOptions } from '../domain/orders/restore-options.js';
import type { Change, RunState } from '../domain/state.js';
import { asked, isFresh } from './asked.js';
import type { OutboxDispatcher } from './outbox/outbox-dispatcher.js';
import { EffectRunner } from './effect-runner.js';
import { failureOf } from './failure.js';
import { guardOf, type Whose } from './lease-guard.js';
import type { Inbox } from './inbox.js';
import { here, look, notify, wait } from './activity-proxies.js';
import { isLocal, TASK_WORK_MS, type TaskWork } from './task-work.js';

/** The decisions that the driver needs; tests substitute broken ones. */
export interface Core {
  readonly decide: typeof decide;
  readonly plan: typeof plan;
}

export const CORE: Core = { decide, plan };

/**
 * Drives a run: asks the core what is next, does it, and reports the result to the core. It knows nothing about
 * releases itself.
 */
export class Driver {
  constructor(
    private readonly whose: Whose,
    private readonly inbox: Inbox,
    private readonly core: Core,
    private readonly get: () => RunState,
    set: (state: RunState) => void,
    private readonly dispatcher: OutboxDispatcher,
    private readonly taskWork: TaskWork,
  ) {
    this.effects = new EffectRunner(whose, get, set, dispatcher, taskWork);
  }

  private get state(): RunState {
    return this.get();
  }

  private get canary(): CanaryKey {
    return this.whose.canary;
  }

  /** The state of the run once the current effects are done. */
  get upcoming(): RunState | undefined {
    return this.effects.upcoming;
  }

  /** A change that was reported after the run had ended: it needs another run. */
  late: Change | undefined;
  /** Orders about an ended release that came just after the end of this one: the next run gets them. */
  readonly lateOrders: Order[] = [];
  private readonly effects: EffectRunner;
  private looks = 0;

  /** One turn. @returns false where the run has ended */
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

  /** What the cluster still has, where an order depends on it; an order is refused while that can't be read. */
  private async recallFor(order: Order): Promise<RestoreOptions | undefined> {
    if (!isForRest(order.order) || refusalOf(this.state, order) !== undefined) return undefined;
    try {
      return await look(`see whether ${order.order} is possible`).recall({ canary: this.canary });
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { target: 'changed', obstacle: `the cluster can't be read: ${failureOf(error).error.message}` };
    }
  }

  private async observe(): Promise<void> {
    const { state } = this;
    const asOf = Date.now();
    // A change is handled after this observation, whose webhooks must be called only once.
    const isWhole = isLocal() || patched('looks-are-whole');
    const orders = () => (isWhole ? this.inbox.hasOrder : !this.inbox.isEmpty);
    const summary = state.phase === 'Progressing' && state.begun ? `look at weight ${state.weight}` : 'look';
    const input = {
      ...guardOf(this.whose, this.state),
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

  /** A repeated task has another time, but the same name for its observation. */
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
          ...guardOf(this.whose, this.state),
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
    let next: Happening | undefined = happening;
    while (next) next = await this.effects.run(this.core.decide(this.state, next, Date.now()));
  }

  /**
   * A read that is cancelled the moment something urgent comes in.
   *
   * @returns undefined where it was cancelled
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

  /** A final failure is reported where users look; a cancelled run isn't affected. */
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
