import { rollbackAlert } from '../notices/alerts.js';
import type { Decision, Effect } from '../decision/effects.js';
import { failedHook, failedMetric } from '../findings.js';
import { messagesFor } from '../notices/messages.js';
import { hasHooks } from '../policy.js';
import type { Ending, RunState } from '../state.js';
import type { RollbackWhy } from '../decision/step.js';
import { afterCheck, haltMessages, preamble } from './analyse.js';
import { ended, sayOnce, warning, type Context } from './common.js';
import { rolledBack } from './rolled-back.js';

/** Returns traffic to the primary. */
export function rollBack(context: Context, why: RollbackWhy): Decision {
  const { state, findings, now } = context;
  const failedNow =
    findings.analysis && (failedHook({ results: findings.analysis.hooks }) ?? failedMetric(findings.analysis));
  const [before, reported] = sayOnce(afterCheck(context), [
    ...(findings.world.leftAlone ?? []).map(warning),
    ...preambleOf(context),
    ...(failedNow || findings['pre-rollout'] ? haltMessages(context) : []),
  ]);
  const reason = rollbackMessage(state, why);
  return {
    do: 'rollBack',
    why,
    summary: reason,
    before,
    alerts: [rollbackAlert(why)],
    next: (servedBy) => afterRollback(reported, why, reason, servedBy, before, now),
  };
}

function preambleOf(context: Context): readonly Effect[] {
  const analysing = context.state.phase === 'Progressing' || context.state.phase === 'WaitingPromotion';
  return analysing ? preamble(context) : [];
}

/** The reason, in words for an event. */
export function rollbackMessage(state: RunState, why: RollbackWhy): string {
  const say = messagesFor(state);
  switch (why.kind) {
    case 'failed-checks':
      return say.rollbackFailedChecks(why.count);
    case 'unknown-checks':
      return say.rollbackUnknownChecks(why.count);
    case 'evidence':
      return say.rollbackByEvidence(why.reason);
    case 'not-counted':
      return say.rollbackNotCounted(why.reason);
    case 'unproven':
      return say.rollbackUnproven(why.after, why.reason);
    case 'hook':
      return say.rollbackByHook;
    case 'not-ready':
      return say.rollbackDeadline(why.reason);
    case 'primary-lost':
      return say.rollbackPrimaryLost(why.reason);
    case 'order':
      return say.rollbackByOrder(why.order, why.by, why.reason);
    case 'approval-expired':
      return say.rollbackExpired(why.gate, why.after);
    case 'recovery':
      return say.rollbackRecovery(why.reason);
  }
}

function afterRollback(
  state: RunState,
  why: RollbackWhy,
  reason: string,
  servedBy: 'primary' | 'canary',
  before: readonly Effect[],
  now: number,
): RunState {
  // A revision that never started isn't applied yet: it is remembered as such, or it would count as new at the next
  // observation.
  const refused = state.phase === 'Waiting' ? state.gate?.revision : undefined;
  const left = refused === undefined ? state : { ...state, applied: refused };
  const events = before.flatMap((effect) => (effect.do === 'event' ? [effect] : []));
  const written = rolledBack(left, { servedBy, reason, before: events, at: now });
  const ending = endingOf(why, reason);
  if (state.policy && hasHooks(state.policy, 'post-rollout')) return { ...written, waiting: { for: 'hooks' }, ending };
  return ended(written, ending);
}

function endingOf(why: RollbackWhy, reason: string): Ending {
  if (why.kind === 'approval-expired') return { kind: 'rejected', reason };
  if (why.kind !== 'order') return { kind: 'rolled-back', reason };
  return { kind: why.order === 'abort' ? 'aborted' : 'rejected', reason };
}
