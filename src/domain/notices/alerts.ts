import { demandOf, titleOf } from '../approvals/approvals.js';
import type { ApprovalRule } from '../approvals/rules.js';
import type { Gate } from '../approvals/gates.js';
import { messagesFor } from './messages.js';
import type { Alert } from './notice.js';
import type { RunState } from '../state.js';
import type { RollbackWhy } from '../decision/step.js';

/** `New <Kind> detected, initialization completed.` */
export function initializedAlert(kind: string): Alert {
  return {
    severity: 'info',
    topic: 'initialized',
    message: `New ${kind} detected, initialization completed.`,
    details: true,
  };
}

export const PROGRESSING_ALERT: Alert = {
  severity: 'info',
  topic: 'progressing',
  message: 'New revision detected, progressing canary analysis.',
  details: true,
};

/** @param reason the event that says how the release ended */
export function successAlert(state: RunState, reason: string): Alert {
  const skipped = reason === messagesFor(state).promotedSkipped;
  return {
    severity: 'info',
    topic: 'promoted',
    message: skipped
      ? 'Canary analysis was skipped, promotion finished.'
      : 'Canary analysis completed successfully, promotion finished.',
    details: false,
  };
}

const WAITING: Readonly<Record<Gate, string>> = {
  'confirm-rollout': 'Canary is waiting for approval.',
  'confirm-traffic-increase': 'Canary traffic increase is waiting for approval.',
  'confirm-promotion': 'Canary promotion is waiting for approval.',
};

/**
 * A gate has closed: one alert when it closes, not one each time its webhook is called, and none where the webhook is
 * muted.
 */
export function waitingAlerts(state: RunState, gate: Gate, hook: string): readonly Alert[] {
  if (state.gate?.gate === gate || state.policy?.muted?.includes(hook)) return [];
  return [{ severity: 'warn', topic: 'waiting', message: WAITING[gate], details: false }];
}

/** @param why the reason of the rollback that waits, where it is one: its traffic is back at the primary already */
export function approvalAwaitedAlert(rule: ApprovalRule, why?: string): Alert {
  const waiting = `Canary is waiting for ${demandOf(rule)}.`;
  if (why === undefined) return { severity: 'warn', topic: 'waiting', message: waiting, details: false };
  return { severity: 'error', topic: 'waiting', message: `${why}. ${waiting}`, details: false };
}

export function approvalExpiredAlert(rule: ApprovalRule): Alert {
  const message = `Approval expired after ${rule.expires?.after ?? ''} at the gate ${titleOf(rule)}, the Canary goes on waiting.`;
  return { severity: 'warn', topic: 'waiting', message, details: false };
}

export function promotionFailedAlert(reason: string): Alert {
  return failed(`Promotion failed, primary not ready: ${reason}`);
}

/** Why a release was rolled back, in Flagger's words where it has some. An ordered rollback is no failure. */
export function rollbackAlert(why: RollbackWhy): Alert {
  switch (why.kind) {
    case 'failed-checks':
      return failed(`Failed checks threshold reached ${why.count}`);
    case 'unknown-checks':
      return failed(`The metrics provider gave no answer to ${why.count} checks in a row`);
    case 'evidence':
      return failed(`Proven worse than the primary: ${why.reason}`);
    case 'not-counted':
      return failed(`Could not be judged before the progress deadline: ${why.reason}`);
    case 'unproven':
      return failed(`Not proven within ${why.after}: ${why.reason}`);
    case 'hook':
      return stopped('Rolling back manual webhook invoked');
    case 'not-ready':
      return failed(`Progress deadline exceeded ${why.reason}`);
    case 'primary-lost':
      return failed(`Primary not ready: ${why.reason}`);
    case 'order': {
      const reason = why.reason === '' ? '' : `: ${why.reason}`;
      return stopped(`Rolling back ${why.order === 'abort' ? 'aborted' : 'rejected'} by ${why.by}${reason}`);
    }
    case 'approval-expired':
      return stopped(`Rolling back approval expired after ${why.after} at the gate ${why.gate}`);
    case 'recovery':
      return failed(`Rolling back ${why.reason}`);
  }
}

/** A promotion was undone by an order, so it is no failure. */
export function undoneAlert(by: string, reason: string): Alert {
  return stopped(`Promotion undone by ${by}${reason === '' ? '' : `: ${reason}`}`);
}

function failed(message: string): Alert {
  return { severity: 'error', topic: 'failed', message, details: false };
}

function stopped(message: string): Alert {
  return { severity: 'warn', topic: 'stopped', message, details: false };
}
