import { gateView } from '../../domain/approvals/approvals.js';
import { effectOf } from '../../domain/orders/order-effects.js';
import { isForRest, ORDER_NAMES, refusalOf, type Order, type OrderName } from '../../domain/orders/orders.js';
import type { RestoreOptions } from '../../domain/orders/restore-options.js';
import type { RunState } from '../../domain/state.js';
import { releasePath } from './id.js';

/** What people call an order, in paths and on the command line. */
export function wordOf(order: OrderName): string {
  switch (order) {
    case 'setWeight':
      return 'weight';
    case 'skipStep':
      return 'skip';
    default:
      return order;
  }
}

export interface Step {
  readonly order: string;
  readonly effect: string;
  readonly href: string;
  readonly command: string;
}

/** The orders that a release under way would obey now. */
export function stepsFor(state: RunState, id: string): Step[] {
  return steps(state, id, (order) => !isForRest(order) && refusalOf(state, sampleOf(order, state)) === undefined);
}

/** The orders that are for releases which have ended, as far as they would be obeyed. */
export function stepsAtRest(state: RunState, id: string, recall: RestoreOptions): Step[] {
  return steps(
    state,
    id,
    (order) => isForRest(order) && refusalOf(state, sampleOf(order, state), recall) === undefined,
  );
}

function steps(state: RunState, id: string, offered: (order: OrderName) => boolean): Step[] {
  const { name, namespace } = state.canary;
  return ORDER_NAMES.filter(offered).map((order) => {
    const word = wordOf(order);
    const argument = order === 'setWeight' ? ` ${state.weight}` : '';
    return {
      order: word,
      effect: effectOf(order, state),
      href: `${releasePath(id)}/${word}`,
      command: `serinus ${word} ${name}${argument} -n ${namespace}`,
    };
  });
}

function sampleOf(order: OrderName, state: RunState): Order {
  const base = { by: '', reason: '', requestId: '', channel: 'api' } as const;
  // Whether a certain person may approve is another question.
  if (order === 'approve') return { ...base, order, groups: gateView(state)?.groups ?? [] };
  return order === 'setWeight' ? { ...base, order, weight: state.weight } : { ...base, order };
}
