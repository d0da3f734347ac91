import { approvalExpiredAlert, approvalAwaitedAlert } from '../notices/alerts.js';
import { countedFor, demandOf, expiryOf, isAt, titleOf } from '../approvals/approvals.js';
import type { ApprovalRule } from '../approvals/rules.js';
import type { PolicyGateName } from '../approvals/gates.js';
import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import type { Alert } from '../notices/notice.js';
import type { Order } from '../orders/orders.js';
import { isActive, type Phase } from '../phases.js';
import { hasHooks } from '../policy.js';
import { sameRevision } from '../revision.js';
import type { PolicyGate } from '../approvals/approval-state.js';
import type { RunState } from '../state.js';
import { intervalMs, policyOf } from '../state.js';
import { seenRevision } from '../decision/seen.js';
import type { RollbackWhy } from '../decision/step.js';
import { ALL_TO_PRIMARY } from '../weights.js';
import { afterCheck, haltMessages, preamble } from './analyse.js';
import { apply, normal, sayOnce, status, tickNow, warning, type Context } from './common.js';
import { rollbackMessage } from './rollback.js';

/** A gate of the policy stays closed until enough people have approved. It calls no webhook meanwhile. */
export function awaitApproval(context: Context, rule: ApprovalRule, why: RollbackWhy | undefined): Decision {
  if (why) return withhold(context, rule, why);
  const { state, now } = context;
  const gate = closed(context, rule);
  const next = waitingAt(context, {
    ...(rule.gate === 'rollout' ? state : afterCheck(context)),
    phase: phaseAt(rule.gate, state.phase),
    gate,
    // A step that a closed gate has held back is analysed as usual.
    skipStep: false,
    prepared: state.prepared || rule.gate !== 'rollout',
  });
  const [said, reported] = sayOnce(next, [
    ...(rule.gate === 'rollout' ? [] : preamble(context)),
    warning(messagesFor(state).waitingForPeople(demandOf(rule))),
  ]);
  const changed = reported.phase === state.phase ? [] : [status(reported)];
  const alerts = alertOf(state, rule, approvalAwaitedAlert(rule));
  return apply([...changed, ...said], `gate ${titleOf(rule)}: closed`, reported, now, alerts);
}

/**
 * A rollback that people must approve has been decided. Traffic doesn't wait for them: it returns to the primary now.
 * The rest waits, so that people can inspect the failed pods.
 */
function withhold(context: Context, rule: ApprovalRule, why: RollbackWhy): Decision {
  const { state, now } = context;
  const gate: PolicyGate = { ...closed(context, rule), why };
  const isFirst = !isAt(state.gate, rule);
  const next: RunState = {
    ...(isFirst ? afterCheck(context) : state),
    ...(why.kind === 'failed-checks' ? { failedChecks: why.count } : {}),
    phase: 'Progressing',
    weight: 0,
    weightSince: state.weight === 0 ? state.weightSince : now,
    gate,
    promoteNow: false,
    skipStep: false,
    waiting: untilExpiry(state, gate),
  };
  const reason = rollbackMessage(state, why);
  const [said, reported] = sayOnce(next, [
    ...(isFirst ? [...preamble(context), ...haltMessages(context)] : []),
    warning(messagesFor(state).rollbackWithheld(reason, demandOf(rule))),
  ]);
  const home: Effect[] = isFirst ? [{ do: 'weights', ...ALL_TO_PRIMARY }, status(reported)] : [];
  const alerts = alertOf(state, rule, approvalAwaitedAlert(rule, reason));
  return apply([...said, ...home], `gate rollback: closed`, reported, now, alerts);
}

/** A gate has expired and keeps waiting: reported once. */
export function noteExpiry({ state, now }: Context, rule: ApprovalRule): Decision {
  const { gate } = state;
  const expired = isAt(gate, rule) ? { ...gate, expired: true as const } : gate;
  const message = messagesFor(state).approvalExpired(titleOf(rule), rule.expires?.after ?? '');
  const next = tickNow({ ...state, gate: expired }, now);
  return apply([warning(message)], message, next, now, [approvalExpiredAlert(rule)]);
}

/** A person has approved. The next observation decides whether that is enough, because it reads the policy again. */
export function approve(state: RunState, gate: PolicyGate, rule: ApprovalRule, order: Order, now: number): Decision {
  const { by, reason, channel } = order;
  const groups = order.order === 'approve' ? order.groups : undefined;
  const approval = {
    gate: rule.gate,
    ...(rule.atWeight === undefined ? {} : { atWeight: rule.atWeight }),
    ...{ by, at: now, reason, channel },
    ...(groups === undefined ? {} : { groups }),
  };
  const before = state.approvals && sameRevision(state.approvals.revision, gate.revision) ? state.approvals.given : [];
  const approvals = { revision: gate.revision, given: [...before, approval] };
  const next = tickNow({ ...state, approvals, fresh: true }, now);
  const count = countedFor(next, rule, gate.revision).length;
  const message = messagesFor(state).approvedByOneOf(titleOf(rule), by, reason, count, rule.needed);
  return apply([normal(message)], `approve ${titleOf(rule)}`, next, now);
}

/** A closed gate that keeps its start time, unless the release has come to another one. */
function closed({ state, findings, now }: Context, rule: ApprovalRule): PolicyGate {
  const revision = seenRevision(state, findings);
  const { gate } = state;
  if (isAt(gate, rule) && sameRevision(gate.revision, revision)) return gate;
  const at = rule.atWeight === undefined ? {} : { atWeight: rule.atWeight };
  return { gate: rule.gate, ...at, since: now, revision, stoodStillMs: 0 };
}

/**
 * While the canary has traffic its checks continue, once an interval. Without traffic there is nothing to check: the
 * release sleeps, at most until the gate expires.
 */
function waitingAt({ state, findings, now }: Context, next: RunState & { readonly gate: PolicyGate }): RunState {
  const weights = findings.world.weights;
  const hasTraffic = (weights?.canary ?? state.weight) > 0 || weights?.mirrored === true;
  const analysing = next.phase !== 'Waiting' && (hasTraffic || hasHooks(policyOf(state), 'rollback'));
  if (!analysing) return { ...next, waiting: untilExpiry(next, next.gate) };
  const at = Math.min(now + intervalMs(state), expiryOf(next, next.gate) ?? Infinity);
  return { ...next, waiting: { for: 'tick', at } };
}

function untilExpiry(state: RunState, gate: PolicyGate): RunState['waiting'] {
  const at = expiryOf(state, gate);
  return at === undefined ? { for: 'order' } : { for: 'tick', at };
}

function phaseAt(gate: PolicyGateName, phase: Phase): Phase {
  switch (gate) {
    case 'rollout':
      // The pods of a revision that came during the analysis run already.
      return phase === 'Progressing' ? phase : 'Waiting';
    case 'promotion':
      return 'WaitingPromotion';
    case 'weight':
    case 'rollback':
      return isActive(phase) ? phase : 'Progressing';
  }
}

/** Sent when the gate closes, not at each observation. */
function alertOf(state: RunState, rule: ApprovalRule, alert: Alert): readonly Alert[] {
  return isAt(state.gate, rule) ? [] : [alert];
}
