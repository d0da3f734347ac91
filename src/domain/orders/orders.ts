import {
  countedFor,
  demandOf,
  isPolicyGate,
  objectionTo,
  ruleAt,
  rulesBeforeRise,
  titleOf,
} from '../approvals/approvals.js';
import type { PolicyGateName } from '../approvals/gates.js';
import type { Gate } from '../approvals/gates.js';
import { isActive } from '../phases.js';
import { refuseRetry, refuseUndo, type RestoreOptions } from './restore-options.js';
import type { ClosedGate } from '../approvals/approval-state.js';
import type { RunState } from '../state.js';
import { isForRest, ORDERS, type RestOrderName } from './catalogue.js';
import type { Channel } from './channel.js';

interface OrderBase {
  /** Who gives it: the verified user if there is one. */
  readonly by: string;
  readonly reason: string;
  /** Repeated deliveries of the same order have the same id. */
  readonly requestId: string;
  readonly channel: Channel;
  /** The revision the person saw; an order for another one is refused. */
  readonly revision?: string;
}

/** The gate that an approval is for; where it isn't named, the approval is for whatever gate is closed. */
interface Waiting {
  readonly gate?: Gate | PolicyGateName;
  /** The canary's share of the traffic at the gate, in percent: the same gate closes at several shares. */
  readonly atWeight?: number;
}

/** Orders about a release. */
export type Order =
  | (OrderBase &
      Waiting & {
        readonly order: 'approve';
        /** The person's groups, where they are verified. */
        readonly groups?: readonly string[];
      })
  | (OrderBase & Waiting & { readonly order: 'reject' })
  | (OrderBase & { readonly order: 'pause' })
  | (OrderBase & { readonly order: 'resume' })
  | (OrderBase & { readonly order: 'abort' })
  | (OrderBase & { readonly order: 'promote' })
  | (OrderBase & { readonly order: 'setWeight'; readonly weight: number })
  | (OrderBase & { readonly order: 'skipStep' })
  | (OrderBase & RestOrder);

/** Orders about an ended release. */
interface RestOrder {
  readonly order: RestOrderName;
  /** Id of the release that the order is for, where it is known. */
  readonly of?: string;
}

/**
 * Why an order can't be carried out in the release's current state.
 *
 * @param options what the cluster still has, for orders about ended releases; nothing is refused for it where it is
 *   unknown
 * @returns the reason, in words for the person who gave it; undefined where the order is possible
 */
export function refusalOf(state: RunState, order: Order, options?: RestoreOptions): string | undefined {
  // A revision that waits at the rollout gate hasn't been applied yet.
  const underWay = state.gate?.revision ?? state.applied;
  if (order.revision !== undefined && order.revision !== underWay?.hash) {
    const which = isForRest(order.order) ? 'the newest revision' : 'the revision under way';
    return `can't ${verb(order)}: ${which} is ${underWay?.hash ?? 'not known yet'}, not ${order.revision}`;
  }
  if (state.undoing) return `can't ${verb(order)}: the last promotion is being undone`;
  if (state.ending) return `can't ${verb(order)}: the release has ended (${state.ending.kind})`;
  switch (order.order) {
    case 'approve':
      return refuseApproval(state, order);
    case 'reject':
      if (state.gate?.gate === 'rollback') return `can't reject: ${HELD_ROLLBACK}`;
      return state.gate
        ? refuseElsewhere(state, order, state.gate)
        : `can't reject: nothing waits for an approval${where(state)}`;
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
    case 'retry':
      return refuseWhileBusy(state, order) ?? refuseRetry(state, options);
    case 'undo':
      return refuseWhileBusy(state, order) ?? refuseUndo(state, options);
  }
}

/** The choices for a release whose rollback waits for people. */
const HELD_ROLLBACK = 'its rollback waits for an approval, and traffic is back at the primary; approve or abort it';

/** It waits, but not for what the order is about. */
function refuseElsewhere(
  state: RunState,
  order: Order & { order: 'approve' | 'reject' },
  gate: ClosedGate,
): string | undefined {
  if (order.gate !== undefined && order.gate !== gate.gate) {
    return `can't ${order.order} ${order.gate}: it waits at ${gate.gate}`;
  }
  if (order.atWeight === undefined || order.atWeight === state.weight) return undefined;
  return `can't ${order.order} at ${order.atWeight}% of the traffic: the canary has ${state.weight}%`;
}

function refuseApproval(state: RunState, order: Order & { order: 'approve' }): string | undefined {
  const { gate } = state;
  if (!gate) return `can't approve: nothing waits for an approval${where(state)}`;
  const elsewhere = refuseElsewhere(state, order, gate);
  if (elsewhere !== undefined) return elsewhere;
  if (!isPolicyGate(gate)) return undefined;
  const rule = ruleAt(state, gate);
  if (rule === undefined) return undefined;
  const objection = objectionTo(state, rule, order);
  if (objection !== undefined) return `can't approve: ${objection}`;
  const given = countedFor(state, rule, gate.revision);
  if (!given.some(({ by }) => by === order.by)) return undefined;
  return `can't approve: ${order.by} has approved ${titleOf(gate)} already, ${given.length} of ${rule.needed}`;
}

function refusePromotion(state: RunState): string | undefined {
  if (state.gate?.gate === 'rollback') return `can't promote: ${HELD_ROLLBACK}`;
  if (state.phase === 'Waiting' || state.phase === 'Progressing' || state.phase === 'WaitingPromotion')
    return undefined;
  if (isActive(state.phase)) return `can't promote: it is being promoted already${where(state)}`;
  return `can't promote: no release is under way${where(state)}`;
}

function refuseWeight(state: RunState, weight: number): string | undefined {
  const strategy = state.policy?.strategy;
  if (strategy && strategy.kind !== 'canary') {
    return `can't set the weight: the release goes by iterations, not by weights; approve, promote or abort it`;
  }
  const max = strategy?.maxWeight ?? 100;
  if (!Number.isInteger(weight) || weight < 0 || weight > max) {
    return `can't set the weight to ${weight}: it must be a whole number from 0 to ${max} (maxWeight)`;
  }
  if (state.phase !== 'Progressing') return `can't set the weight: the analysis isn't running${where(state)}`;
  if (state.gate?.gate === 'rollback') return `can't set the weight: ${HELD_ROLLBACK}`;
  const [before] = rulesBeforeRise(state, state.weight, weight);
  if (before) {
    return `can't set the weight to ${weight}: it takes ${demandOf(before)}; the release stops there by itself, then approve`;
  }
  if (!state.begun) return `can't set the weight: the canary isn't ready yet${where(state)}`;
  return undefined;
}

function refuseSkip(state: RunState): string | undefined {
  if (state.gate) return `can't skip the step: it waits at the gate ${state.gate.gate}; approve or reject it`;
  if (state.phase !== 'Progressing') return `can't skip the step: the analysis isn't running${where(state)}`;
  if (!state.begun) return `can't skip the step: the canary isn't ready yet${where(state)}`;
  if (state.paused) return `can't skip the step: it is paused by ${state.paused.by}; resume it first`;
  return undefined;
}

/** A release under way goes first. */
function refuseWhileBusy(state: RunState, order: Order): string | undefined {
  if (!isActive(state.phase)) return undefined;
  return `can't ${verb(order)}: a release is under way${where(state)}; abort it first`;
}

function isStarting(state: RunState): boolean {
  return state.phase === '' || state.phase === 'Initializing';
}

function where(state: RunState): string {
  return state.phase === '' ? '' : ` (phase ${state.phase})`;
}

function verb({ order }: Order): string {
  return ORDERS[order].verb;
}
