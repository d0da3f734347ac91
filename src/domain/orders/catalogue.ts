/** What is known of an order before it is given. */
interface OrderEntry {
  /**
   * People's name for it: the last part of its path in the API, its command, and the sub-resource of `canaries` whose
   * `update` permission it needs.
   */
  readonly word: string;
  /** In sentences such as "can't skip the step". */
  readonly verb: string;
  /** What it does, in one imperative sentence; without a full stop. */
  readonly does: string;
  /** It is for ended releases: a run of its own carries it out. */
  readonly atRest?: true;
  /** What is given with it, besides the person and the reason. */
  readonly takes?: 'gate' | 'weight';
  /** It may count only for members of certain groups: the API passes the person's verified groups on. */
  readonly asksGroups?: true;
  /** How it is shown: what continues the release first; what takes something back last, and separately. */
  readonly look: 'onward' | 'plain' | 'back';
  /** People must give a reason: the next order can't take it back, or it overrules a person. */
  readonly wantsReason?: true;
}

/**
 * All orders by their name, which is that of their signal and update, and the one in records. Contract, API, command
 * line, links and page derive from this; `orders.ts` says when an order is refused, and `effects.ts` what it would do.
 */
const ENTRIES = {
  approve: {
    word: 'approve',
    verb: 'approve',
    does: 'open the gate at which the release waits',
    takes: 'gate',
    asksGroups: true,
    look: 'onward',
  },
  reject: {
    word: 'reject',
    verb: 'reject',
    does: 'refuse the approval that the release waits for, and roll back',
    look: 'back',
    wantsReason: true,
  },
  pause: { word: 'pause', verb: 'pause', does: 'hold traffic where it is until resume', look: 'plain' },
  resume: { word: 'resume', verb: 'resume', does: 'go on after a pause', look: 'onward' },
  abort: {
    word: 'abort',
    verb: 'abort',
    does: 'roll the release back, in any phase',
    look: 'back',
    wantsReason: true,
  },
  promote: {
    word: 'promote',
    verb: 'promote',
    does: 'promote without further analysis',
    look: 'plain',
    wantsReason: true,
  },
  setWeight: {
    word: 'weight',
    verb: 'set the weight',
    does: 'set the canary’s share of the traffic',
    takes: 'weight',
    look: 'plain',
  },
  skipStep: {
    word: 'skip',
    verb: 'skip the step',
    does: 'go on to the next step without waiting for the analysis of this one',
    look: 'plain',
  },
  retry: {
    word: 'retry',
    verb: 'retry',
    does: 'release the revision of a release that has failed again; the target is not changed',
    atRest: true,
    look: 'plain',
  },
  undo: {
    word: 'undo',
    verb: 'undo',
    does: 'bring back the version from before the last promotion',
    atRest: true,
    look: 'back',
    wantsReason: true,
  },
} as const satisfies Readonly<Record<string, OrderEntry>>;

export type OrderName = keyof typeof ENTRIES;

/** Orders for ended releases. */
export type RestOrderName = {
  [Name in OrderName]: (typeof ENTRIES)[Name] extends { atRest: true } ? Name : never;
}[OrderName];

export const ORDERS: Readonly<Record<OrderName, OrderEntry>> = ENTRIES;

export const ORDER_NAMES = Object.keys(ENTRIES) as readonly OrderName[] as readonly [OrderName, ...OrderName[]];

/** Makes one value for each order, by its name. */
export function byOrder<T>(make: (order: OrderName) => T): Readonly<Record<OrderName, T>> {
  return Object.fromEntries(ORDER_NAMES.map((order) => [order, make(order)])) as Record<OrderName, T>;
}

/** People's name for an order, in paths and on the command line. */
export function wordOf(order: OrderName): string {
  return ORDERS[order].word;
}

/** The order with that name for people; undefined where there is none. */
export function orderCalled(word: string): OrderName | undefined {
  return ORDER_NAMES.find((order) => ORDERS[order].word === word);
}

/** An order in a record, such as `setWeight 40`, in people's words: `weight 40`. */
export function wordsOf(recorded: string): string {
  const [name = '', ...rest] = recorded.split(' ');
  const order = ORDER_NAMES.find((one) => one === name);
  return [order === undefined ? name : wordOf(order), ...rest].join(' ');
}

/** For a button, or a message. */
export function labelOf(order: OrderName): string {
  return capitalised(wordOf(order));
}

/** What it does, as a separate sentence; without a full stop. */
export function summaryOf(order: OrderName): string {
  return capitalised(ORDERS[order].does);
}

/** Example of what its signal may carry, as a person would type it. */
export function sampleInputOf(order: OrderName): string {
  return ORDERS[order].takes === 'weight'
    ? '{"weight": 30, "by": "you", "reason": "why"}'
    : '{"by": "you", "reason": "why"}';
}

export function isForRest(order: OrderName): order is RestOrderName {
  return ORDERS[order].atRest === true;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
