import type { Gate } from './findings.js';
import { isActive } from './phases.js';
import type { State } from './state.js';

/** Where an order came from. */
export type Channel = 'api' | 'cli' | 'ui' | 'chat' | 'signal' | 'watch';

interface OrderBase {
  /** Who gives it: the verified user where there is one. */
  readonly by: string;
  readonly reason: string;
  /** The same order has the same id, however often it is delivered. */
  readonly requestId: string;
  readonly channel: Channel;
  /** The revision the person saw; an order for another one is refused. */
  readonly revision?: string;
}

/** What people can order of a release. */
export type Order =
  | (OrderBase & { readonly order: 'approve'; readonly gate?: Gate })
  | (OrderBase & { readonly order: 'reject' })
  | (OrderBase & { readonly order: 'pause' })
  | (OrderBase & { readonly order: 'resume' })
  | (OrderBase & { readonly order: 'abort' })
  | (OrderBase & { readonly order: 'promote' })
  | (OrderBase & { readonly order: 'setWeight'; readonly weight: number })
  | (OrderBase & { readonly order: 'skipStep' });

export type OrderName = Order['order'];

export const ORDER_NAMES = [
  'approve',
  'reject',
  'pause',
  'resume',
  'abort',
  'promote',
  'setWeight',
  'skipStep',
] as const satisfies readonly OrderName[];

/**
 * Whether the order can be carried out where the release stands.
 *
 * @returns why not, in words for the person who gave it; undefined where it can
 */
export function refusalOf(state: State, order: Order): string | undefined {
  if (order.revision !== undefined && order.revision !== state.applied?.hash) {
    return `can't ${verb(order)}: the revision under way is ${state.applied?.hash ?? 'not known yet'}, not ${order.revision}`;
  }
  if (state.ending) return `can't ${verb(order)}: the release has ended (${state.ending.kind})`;
  switch (order.order) {
    case 'approve':
      return refuseApproval(state, order.gate);
    case 'reject':
      return state.gate ? undefined : `can't reject: nothing waits for an approval${where(state)}`;
    case 'pause':
      if (state.paused) return `can't pause: it is paused already, by ${state.paused.by}`;
      return isActive(state.phase) ? undefined : `can't pause: no release is under way${where(state)}`;
    case 'resume':
      return state.paused ? undefined : `can't resume: it isn't paused${where(state)}`;
    case 'abort':
      return isActive(state.phase) || isStarting(state)
        ? undefined
        : `can't abort: no release is under way${where(state)}`;
    case 'promote':
      return refusePromotion(state);
    case 'setWeight':
      return refuseWeight(state, order.weight);
    case 'skipStep':
      return refuseSkip(state);
  }
}

function refuseApproval(state: State, gate: Gate | undefined): string | undefined {
  if (!state.gate) return `can't approve: nothing waits for an approval${where(state)}`;
  if (gate !== undefined && gate !== state.gate.gate) {
    return `can't approve ${gate}: it waits at ${state.gate.gate}`;
  }
  return undefined;
}

function refusePromotion(state: State): string | undefined {
  if (state.phase === 'Waiting' || state.phase === 'Progressing' || state.phase === 'WaitingPromotion')
    return undefined;
  if (isActive(state.phase)) return `can't promote: it is being promoted already${where(state)}`;
  return `can't promote: no release is under way${where(state)}`;
}

function refuseWeight(state: State, weight: number): string | undefined {
  const strategy = state.policy?.strategy;
  if (strategy && strategy.kind !== 'canary') {
    return `can't set the weight: the release goes by iterations, not by weights; approve, promote or abort it`;
  }
  const max = strategy?.maxWeight ?? 100;
  if (!Number.isInteger(weight) || weight < 0 || weight > max) {
    return `can't set the weight to ${weight}: it must be a whole number from 0 to ${max} (maxWeight)`;
  }
  if (state.phase !== 'Progressing') return `can't set the weight: the analysis isn't running${where(state)}`;
  if (!state.begun) return `can't set the weight: the canary isn't ready yet${where(state)}`;
  return undefined;
}

function refuseSkip(state: State): string | undefined {
  if (state.gate) return `can't skip the step: it waits at the gate ${state.gate.gate}; approve or reject it`;
  if (state.phase !== 'Progressing') return `can't skip the step: the analysis isn't running${where(state)}`;
  if (!state.begun) return `can't skip the step: the canary isn't ready yet${where(state)}`;
  if (state.paused) return `can't skip the step: it is paused by ${state.paused.by}; resume it first`;
  return undefined;
}

function isStarting(state: State): boolean {
  return state.phase === '' || state.phase === 'Initializing';
}

function where(state: State): string {
  return state.phase === '' ? '' : ` (phase ${state.phase})`;
}

function verb({ order }: Order): string {
  switch (order) {
    case 'setWeight':
      return 'set the weight';
    case 'skipStep':
      return 'skip the step';
    default:
      return order;
  }
}
