import { gateView } from '../approvals/approvals.js';
import type { RunState } from '../state.js';
import { isForRest, ORDER_NAMES, ORDERS, wordOf, type OrderName } from './catalogue.js';
import { effectOf } from './effects.js';
import { refusalOf, type Order } from './orders.js';
import type { RestoreOptions } from './restore-options.js';

/** An order that would be accepted now. */
export interface PossibleOrder {
  readonly order: OrderName;
  /** What would happen, in one sentence. */
  readonly effect: string;
  /** Its command for a terminal. */
  readonly command: string;
}

/** The orders that a release under way would accept now, regardless of who gives them. */
export function possibleUnderWay(state: RunState): PossibleOrder[] {
  return possible(state, (order) => !isForRest(order) && refusalOf(state, sampleOf(order, state)) === undefined);
}

/** The orders for ended releases that would be accepted. */
export function possibleAtRest(state: RunState, options: RestoreOptions): PossibleOrder[] {
  return possible(
    state,
    (order) => isForRest(order) && refusalOf(state, sampleOf(order, state), options) === undefined,
  );
}

function possible(state: RunState, isPossible: (order: OrderName) => boolean): PossibleOrder[] {
  const { name, namespace } = state.canary;
  return ORDER_NAMES.filter(isPossible).map((order) => {
    const argument = ORDERS[order].takes === 'weight' ? ` ${state.weight}` : '';
    return {
      order,
      effect: effectOf(order, state),
      command: `serinus ${wordOf(order)} ${name}${argument} -n ${namespace}`,
    };
  });
}

/** The order as an authorised person would give it. */
function sampleOf(order: OrderName, state: RunState): Order {
  const base = { by: '', reason: '', requestId: '', channel: 'api' } as const;
  // Whether a certain person may approve is checked elsewhere.
  if (order === 'approve') return { ...base, order, groups: gateView(state)?.groups ?? [] };
  return order === 'setWeight' ? { ...base, order, weight: state.weight } : { ...base, order };
}
