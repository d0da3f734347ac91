import { rollbackAlert } from '../notices/alerts.js';
import { isPolicyGate, ruleAt } from '../approvals/approvals.js';
import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import { refusalOf, type Order } from '../orders/orders.js';
import { isActive } from '../phases.js';
import { progressOf } from '../narrative/progress.js';
import type { RestoreOptions } from '../orders/restore-options.js';
import type { PolicyGate } from '../approvals/approval-state.js';
import type { RunState } from '../state.js';
import { intervalMs } from '../state.js';
import { besideBaseline, canaryAt } from '../weights.js';
import { approve } from './approval.js';
import { apply, ended, normal, nothing, NOTHING_SEEN, recorded, status, tickNow } from './common.js';
import { rollBack } from './rollback.js';
import { undo } from './undo.js';

/** Ids of orders that are kept, so that one delivered twice is carried out once. */
const REQUESTS_KEPT = 100;

/** Carries out a person's order, or records why not. */
export function obey(state: RunState, order: Order, options: RestoreOptions | undefined, now: number): Decision {
  if (state.requests.includes(order.requestId)) return nothing(state);
  const refused = refusalOf(state, order, options);
  const heard = recorded({ ...state, requests: [...state.requests, order.requestId].slice(-REQUESTS_KEPT) }, [
    {
      at: now,
      what: 'order',
      order: order.order === 'setWeight' ? `setWeight ${order.weight}` : order.order,
      by: order.by,
      reason: order.reason,
      channel: order.channel,
      requestId: order.requestId,
      ...('of' in order && order.of !== undefined ? { of: order.of } : {}),
      ...(refused === undefined ? {} : { refused }),
    },
  ]);
  return refused === undefined ? carryOut(heard, order, options, now) : nothing(heard);
}

function carryOut(state: RunState, order: Order, options: RestoreOptions | undefined, now: number): Decision {
  const say = messagesFor(state);
  switch (order.order) {
    case 'approve': {
      if (isPolicyGate(state.gate)) return approveByPolicy(state, state.gate, order, now);
      const gate = state.gate?.gate ?? 'confirm-promotion';
      const next = tickNow({ ...state, approved: [...state.approved, gate], gate: undefined }, now);
      return apply([normal(say.approved(gate, order.by, order.reason))], `approve ${gate}`, next, now);
    }
    case 'pause': {
      const next: RunState = { ...state, skipStep: false, paused: { by: order.by, reason: order.reason, since: now } };
      return apply([normal(say.paused(state.weight, order.by, order.reason))], 'pause', next, now);
    }
    case 'resume': {
      const next = tickNow({ ...state, paused: undefined, gate: gateAfterPause(state, now), unready: undefined }, now);
      return apply([normal(say.resumed(order.by, order.reason))], 'resume', next, now);
    }
    case 'promote': {
      // No order passes a gate of the policy, and the gate keeps its start time.
      const gate = isPolicyGate(state.gate) ? gateAfterPause(state, now) : undefined;
      const next = tickNow({ ...state, promoteNow: true, paused: undefined, gate }, now);
      return apply([normal(say.promotedByOrder(order.by, order.reason))], 'promote now', next, now);
    }
    case 'setWeight':
      return setWeight(state, order.weight, say.weightByOrder(order.weight, order.by, order.reason), now);
    case 'skipStep': {
      const next = tickNow({ ...state, skipStep: true }, now);
      return apply([normal(say.skipped(progressOf(state), order.by, order.reason))], 'skip this step', next, now);
    }
    case 'retry': {
      const next = tickNow({ ...state, again: true, fresh: true }, now);
      return apply([normal(say.retried(state.applied?.hash ?? '', order.by, order.reason))], 'retry', next, now);
    }
    case 'undo':
      return undo(state, order, options, now);
    case 'reject':
    case 'abort':
      return stop(state, order.order, order, now);
  }
}

function approveByPolicy(state: RunState, gate: PolicyGate, order: Order, now: number): Decision {
  const rule = ruleAt(state, gate);
  // The newest policy needs no approval here any more: the next observation continues.
  return rule ? approve(state, gate, rule, order, now) : nothing(tickNow({ ...state, fresh: true }, now));
}

/** A pause holds the release where it is, so nothing expires in it. */
function gateAfterPause({ gate, paused }: RunState, now: number): RunState['gate'] {
  if (!isPolicyGate(gate) || !paused) return gate;
  return { ...gate, stoodStillMs: gate.stoodStillMs + now - Math.max(paused.since, gate.since) };
}

function setWeight(state: RunState, weight: number, message: string, now: number): Decision {
  const due = now + intervalMs(state);
  const next: RunState = {
    ...state,
    skipStep: false,
    weight,
    weightSince: now,
    checkDueAt: due,
    waiting: { for: 'tick', at: due },
  };
  const weights = state.policy?.judgement?.baseline ? besideBaseline(canaryAt(weight)) : canaryAt(weight);
  const effects: Effect[] = [normal(message), { do: 'weights', ...weights }, status(next)];
  return apply(effects, message, next, now);
}

function stop(state: RunState, order: 'abort' | 'reject', given: Order, now: number): Decision {
  const why = { kind: 'order', order, by: given.by, reason: given.reason } as const;
  if (!isActive(state.phase)) {
    // While a Canary is initialised its target still serves all users: there is nothing to roll back.
    const say = messagesFor(state).rollbackByOrder(order, given.by, given.reason);
    const next = ended({ ...state, phase: 'Failed' }, { kind: 'aborted', reason: say });
    return apply([normal(say), status(next)], say, next, now, [rollbackAlert(why)]);
  }
  return rollBack({ state, findings: { world: NOTHING_SEEN }, now }, why);
}
