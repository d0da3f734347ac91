import type { Occasion, Topic } from '../domain/notices/notice.js';
import { labelOf, type OrderName } from '../domain/orders/catalogue.js';
import { signed } from './token.js';

/** An order that a reader of a message can give. */
export interface OfferedOrder {
  readonly order: OrderName;
  readonly label: string;
  readonly url: string;
  /** What a button in Slack sends instead of opening the page; undefined where there are only links. */
  readonly token: string | undefined;
}

/** How messages offer orders: the API's address, and the key that signs links. */
export interface Linking {
  /** Without a slash at its end. */
  readonly origin: string;
  /** The first signs. */
  readonly keys: readonly Uint8Array[];
  /** Slack shows buttons: it sends clicks to the API. */
  readonly slackButtons: boolean;
}

/** What people may want to do when they read the message. */
const ORDERS: Readonly<Partial<Record<Topic, readonly OrderName[]>>> = {
  progressing: ['pause', 'abort'],
  waiting: ['approve', 'reject'],
};

/** The path of links: a page that asks before it acts, since programs open links, too. */
const LINK_PATH = '/act/';

/**
 * @param id of the message, the same for each repetition
 * @param at milliseconds since 1970 of what the message is about
 */
export function offersFor(
  topic: Topic,
  release: {
    readonly releaseId: string;
    readonly to: string;
    readonly id: string;
    readonly at: number;
    /** Where it is unknown nothing is offered: an unbounded link could open whatever gate is closed by then. */
    readonly occasion: Occasion | undefined;
  },
  { origin, keys: [key], slackButtons }: Linking,
): Promise<readonly OfferedOrder[]> {
  const { occasion } = release;
  if (key === undefined || occasion === undefined) return Promise.resolve([]);
  return Promise.all(
    (ORDERS[topic] ?? []).map(async (order) => {
      const { releaseId, to, id, at } = release;
      const token = await signed({ releaseId, order, to, id: `${order}-${id}`, occasion }, key, at);
      return {
        order,
        label: labelOf(order),
        url: `${origin}${LINK_PATH}${token}`,
        token: slackButtons ? token : undefined,
      };
    }),
  );
}
