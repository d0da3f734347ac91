import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  patched,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { compareRevisionHint } from '../domain/change.js';
import type { Order } from '../domain/orders/orders.js';
import { isForRest, ORDER_NAMES, sampleInputOf, summaryOf, type OrderName } from '../domain/orders/catalogue.js';
import { refusalOf } from '../domain/orders/orders.js';
import type { Change, RunState } from '../domain/state.js';
import {
  ORDER_REFUSED,
  orderSignals,
  orderUpdates,
  submitSignal,
  submitUpdate,
  type OrderDetails,
  type OrderReceipt,
  type OrderRequest,
  type SubmitAnswer,
} from './contract.js';

/** Something that has come in and has not been taken yet. */
export type Item =
  { readonly type: 'order'; readonly order: Order } | { readonly type: 'submitted'; readonly change: Change };

/**
 * Where orders and submissions wait for the driver. Handlers only store them, so that they can come at any moment; an
 * order is answered when the driver has taken it.
 */
export class Inbox {
  private items: Item[] = [];
  /** Ids of the changes that have come in. */
  private readonly reported = new Set<string>();
  /** Results of orders, by id. */
  private readonly receipts = new Map<string, OrderReceipt>();

  /**
   * @param state the state now; undefined until the run has begun
   * @param upcoming the state that follows the current effects; an order that fits it isn't refused
   * @param carried orders passed on by the run before
   */
  constructor(
    private readonly state: () => RunState | undefined,
    private readonly upcoming: () => RunState | undefined,
    carried: readonly Order[] = [],
  ) {
    this.items = carried.map((order) => ({ type: 'order', order }));
    this.bindSubmissions();
    for (const name of ORDER_NAMES) this.bindOrder(name);
  }

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  /** Whether an order has come, which is urgent. */
  get hasOrder(): boolean {
    return this.items.some(({ type }) => type === 'order');
  }

  /** Takes everything out, in the order of arrival. */
  drain(): Item[] {
    const items = this.items;
    this.items = [];
    return items;
  }

  put(item: Item): void {
    this.items.push(item);
  }

  /** Answers the sender of this order. */
  answer(order: Order, refused: string | undefined, after: RunState): void {
    this.receipts.set(order.requestId, {
      taken: refused === undefined,
      ...(refused === undefined ? {} : { refused }),
      phase: after.phase,
      weight: after.weight,
      runId: workflowInfo().runId,
    });
  }

  /** Answers the sender of this order that the next run has it. */
  forward(order: Order, after: RunState): void {
    const { phase, weight } = after;
    this.receipts.set(order.requestId, { taken: false, handedOn: true, phase, weight });
  }

  /** Waits until something comes, or the time is up. @returns whether something has come */
  async wait(ms: number | undefined, summary: string): Promise<boolean> {
    if (ms !== undefined) return condition(() => !this.isEmpty, ms, { summary });
    await condition(() => !this.isEmpty);
    return true;
  }

  /**
   * Lets handlers deliver answers that they have, so that the run may close.
   *
   * @returns false where something has come in meanwhile, which must be handled first
   */
  async quiet(): Promise<boolean> {
    await condition(() => !this.isEmpty || allHandlersFinished());
    return this.isEmpty;
  }

  private bindSubmissions(): void {
    const take = (change: Change): SubmitAnswer => {
      this.reported.add(change.id);
      this.put({ type: 'submitted', change });
      return { verdict: compareRevisionHint(this.state(), change), runId: workflowInfo().runId };
    };
    const takeOnce = (change: Change): void => {
      // Several watch processes report one change; earlier versions have observed once for each of them.
      if (this.reported.has(change.id) && patched('reports-are-one')) return;
      take(change);
    };
    setHandler(submitUpdate, take, { description: 'Reports a change of the Canary or its target.' });
    setHandler(submitSignal, takeOnce, {
      description: 'Reports a change of the Canary or its target.',
    });
  }

  private bindOrder(name: OrderName): void {
    const description = `${summaryOf(name)}. ${sampleInputOf(name)}`;
    const order = (details: OrderDetails | undefined, channel: 'api' | 'signal'): Order =>
      orderOf({ requestId: uuid4(), ...details, order: name }, channel);
    setHandler(orderUpdates[name], (details?: OrderDetails) => this.obeyed(order(details, 'api')), {
      description,
      // No new id here: random numbers that a validator draws from the workflow aren't drawn again on replay.
      validator: (details?: OrderDetails) => this.validate(orderOf({ ...details, order: name }, 'api')),
    });
    const take = (details?: OrderDetails): void => this.put({ type: 'order', order: order(details, 'signal') });
    setHandler(orderSignals[name], take, { description });
  }

  /** A refused update leaves no trace in the history; only its sender gets the reason. */
  private validate(order: Order): void {
    const state = this.state();
    if (state === undefined || state.requests.includes(order.requestId)) return;
    // The next run will decide.
    if (state.ending && isForRest(order.order)) return;
    const refused = refusalOf(state, order);
    const upcoming = this.upcoming();
    if (refused === undefined || (upcoming && refusalOf(upcoming, order) === undefined)) return;
    throw ApplicationFailure.create({ type: ORDER_REFUSED, message: refused, nonRetryable: true });
  }

  private async obeyed(order: Order): Promise<OrderReceipt> {
    this.put({ type: 'order', order });
    await condition(() => this.receipts.has(order.requestId));
    const receipt = this.receipts.get(order.requestId);
    if (receipt === undefined) throw new Error('the receipt of an order got lost');
    return receipt;
  }
}

/** Completes an order that a person sent; a signal from the Temporal UI may carry nothing at all. */
function orderOf(request: OrderRequest, channel: 'api' | 'signal'): Order {
  const base = {
    by: request.by ?? 'somebody with access to Temporal',
    reason: request.reason ?? '',
    requestId: request.requestId ?? '',
    channel: request.channel ?? channel,
    ...(request.revision === undefined ? {} : { revision: request.revision }),
  };
  if (request.order === 'setWeight') return { ...base, order: 'setWeight', weight: request.weight ?? Number.NaN };
  const waiting = {
    ...(request.gate === undefined ? {} : { gate: request.gate }),
    ...(request.atWeight === undefined ? {} : { atWeight: request.atWeight }),
  };
  if (request.order === 'reject') return { ...base, order: 'reject', ...waiting };
  if (request.order === 'approve')
    return {
      ...base,
      order: 'approve',
      ...waiting,
      ...(request.groups === undefined ? {} : { groups: request.groups }),
    };
  if (request.order === 'retry' || request.order === 'undo')
    return { ...base, order: request.order, ...(request.of === undefined ? {} : { of: request.of }) };
  return { ...base, order: request.order };
}
