import { wordOf } from '../../domain/orders/catalogue.js';
import type { PossibleOrder } from '../../domain/orders/possible.js';
import { releasePath } from './id.js';

export interface Step {
  readonly order: string;
  readonly effect: string;
  readonly href: string;
  readonly command: string;
}

/** Orders that a release would accept, with where to send them. */
export function stepsOf(orders: readonly PossibleOrder[], id: string): Step[] {
  return orders.map(({ order, effect, command }) => {
    const word = wordOf(order);
    return { order: word, effect, href: `${releasePath(id)}/${word}`, command };
  });
}
