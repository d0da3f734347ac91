import { expiryOf, isAt, isOpen, isPolicyGate, ruleAt, rulesBeforeRise, titleOf } from './approvals.js';
import type { ApprovalRule } from './rules.js';
import type { PolicyGateName } from './gates.js';
import { isAvailable, type Findings } from '../findings.js';
import { hasHooks } from '../policy.js';
import { sameRevision, type Revision } from '../revision.js';
import type { PolicyGate } from './approval-state.js';
import type { ReleaseState } from '../state.js';
import { policyOf } from '../state.js';
import type { RollbackWhy, Step } from '../decision/step.js';
import type { Weights } from '../weights.js';

/**
 * Gates of the Canary's own policy, as the tick comes to them. They need no I/O: the approvals are in the state, and
 * the demands in the policy.
 */

/**
 * @returns what stops the release before this gate, or undefined where enough people have approved, or no approval is
 *   needed
 */
export function passPolicy(s: ReleaseState, gate: PolicyGateName, revision: Revision): Step | undefined {
  const rule = ruleAt(s, { gate });
  return rule && stopAt(s, rule, revision);
}

/** The same before the canary's share of the traffic rises. */
function passRise(s: ReleaseState, from: number, to: number, revision: Revision): Step | undefined {
  const closed = rulesBeforeRise(s, from, to).find((rule) => !isOpen(s, rule, revision));
  return closed && stopAt(s, closed, revision);
}

/** A promotion without further analysis is still a rise to 100 percent, and still a promotion. */
export function passToPromotion(s: ReleaseState, weights: Weights, revision: Revision): Step | undefined {
  const { strategy, routed } = policyOf(s);
  const top = strategy.kind === 'canary' ? strategy.maxWeight : 100;
  const rise = routed ? passRise(s, weights.canary, top, revision) : undefined;
  return rise ?? passPolicy(s, 'promotion', revision);
}

/**
 * Policy gates come before the webhooks, because calling those costs something.
 *
 * @param next the next weights; undefined is promotion
 * @returns what stops it
 */
export function passMove(
  s: ReleaseState,
  next: Step | undefined,
  weights: Weights,
  revision: Revision,
): Step | undefined {
  if (next === undefined) return passPolicy(s, 'promotion', revision);
  switch (next.do) {
    case 'advance':
      return passRise(s, weights.canary, next.weights.canary, revision);
    case 'rescue':
      return passRise(s, weights.canary, 100, revision);
    case 'iterate':
      return next.weights && passRise(s, weights.canary, next.weights.canary, revision);
    case 'shift': {
      const rise = policyOf(s).routed ? passRise(s, weights.canary, 100, revision) : undefined;
      return rise ?? passPolicy(s, 'promotion', revision);
    }
    default:
      return undefined;
  }
}

function stopAt(s: ReleaseState, rule: ApprovalRule, revision: Revision): Step | undefined {
  return isOpen(s, rule, revision) ? undefined : { do: 'awaitApproval', rule };
}

/** The gate at which the release waits has not been opened in time. */
export function lapsed(s: ReleaseState, revision: Revision, now: number): Step | undefined {
  const { gate } = s;
  if (!isPolicyGate(gate) || !sameRevision(gate.revision, revision)) return undefined;
  const rule = ruleAt(s, gate);
  const at = expiryOf(s, gate);
  if (rule?.expires === undefined || at === undefined || now < at || isOpen(s, rule, revision)) return undefined;
  if (rule.expires.into === 'hold') return { do: 'noteExpiry', rule };
  const expired = { kind: 'approval-expired', gate: titleOf(rule), after: rule.expires.after } as const;
  return { do: 'rollBack', why: gate.why ?? expired };
}

/**
 * A policy gate is closed, or has just been opened, while the canary has no traffic: there is nothing to check, and the
 * checks that passed before the gate still count.
 */
export function isIdleAtGate(s: ReleaseState, weights: Weights): boolean {
  return isPolicyGate(s.gate) && weights.canary === 0 && !weights.mirrored && !hasHooks(policyOf(s), 'rollback');
}

/** The release reached the gate by a check that passed, so it needs no further check when the gate opens. */
export function isOpened(s: ReleaseState, revision: Revision): boolean {
  if (s.approved.length > 0) return true;
  if (!isPolicyGate(s.gate)) return false;
  const rule = ruleAt(s, s.gate);
  return rule === undefined || isOpen(s, rule, revision);
}

/**
 * Makes a rollback wait for people where the policy asks for that; traffic returns to the primary all the same, at
 * once. Only the release's own decisions wait: people's orders are decided already, and without a primary that serves
 * waiting would help no one.
 */
export function withheld(s: ReleaseState, f: Findings, why: RollbackWhy): Step | undefined {
  const analysing = s.phase === 'Progressing' || s.phase === 'WaitingPromotion';
  if (!analysing || s.stranded || s.gate?.gate === 'rollback' || !isAvailable(f.world.primary)) return undefined;
  const rule = ruleAt(s, { gate: 'rollback' });
  return rule && WAITABLE.includes(why.kind) ? { do: 'awaitApproval', rule, why } : undefined;
}

const WAITABLE: readonly RollbackWhy['kind'][] = [
  'failed-checks',
  'unknown-checks',
  'evidence',
  'not-counted',
  'unproven',
  'hook',
  'not-ready',
];

/** The rollback has been decided and traffic is back at the primary: the rest waits for people. */
export function completing(s: ReleaseState, gate: PolicyGate, now: number): Step {
  const why: RollbackWhy = gate.why ?? { kind: 'recovery', reason: 'why it waits to roll back is not known' };
  const rule = ruleAt(s, gate);
  if (rule === undefined || isOpen(s, rule, gate.revision)) return { do: 'rollBack', why };
  return lapsed(s, gate.revision, now) ?? { do: 'awaitApproval', rule, why };
}

export function isHeldRollback(s: ReleaseState): s is ReleaseState & { readonly gate: PolicyGate } {
  return isAt(s.gate, { gate: 'rollback' });
}
