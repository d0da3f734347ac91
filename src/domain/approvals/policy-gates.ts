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
 * Gates of the Canary's own policy, as the tick meets them. They ask nobody: what people have approved is in the
 * state, and what is demanded in the policy.
 */

/** @returns what stops before this gate, or undefined where enough people have approved, or nobody need */
export function passPolicy(s: ReleaseState, gate: PolicyGateName, revision: Revision): Step | undefined {
  const rule = ruleAt(s, { gate });
  return rule && stopAt(s, rule, revision);
}

/** The same before the canary's share of the traffic rises. */
function passRise(s: ReleaseState, from: number, to: number, revision: Revision): Step | undefined {
  const closed = rulesBeforeRise(s, from, to).find((rule) => !isOpen(s, rule, revision));
  return closed && stopAt(s, closed, revision);
}

/** A promotion without further analysis is still a rise to all of the traffic, and still a promotion. */
export function passToPromotion(s: ReleaseState, weights: Weights, revision: Revision): Step | undefined {
  const { strategy, routed } = policyOf(s);
  const top = strategy.kind === 'canary' ? strategy.maxWeight : 100;
  const rise = routed ? passRise(s, weights.canary, top, revision) : undefined;
  return rise ?? passPolicy(s, 'promotion', revision);
}

/**
 * Policy gates come before the webhooks, which cost something to ask.
 *
 * @param next the move that is to be made; undefined is promotion
 * @returns what stops before it
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

/** The gate at which the release stands has not been opened in time. */
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
 * A policy gate is closed, or has just been opened, and none of the traffic is on the canary: there is nothing to
 * check, and what had passed before it came there still counts.
 */
export function isIdleAtGate(s: ReleaseState, weights: Weights): boolean {
  return isPolicyGate(s.gate) && weights.canary === 0 && !weights.mirrored && !hasHooks(policyOf(s), 'rollback');
}

/** An opened gate was only reached by a check that passed, so its opening needs no other. */
export function isOpened(s: ReleaseState, revision: Revision): boolean {
  if (s.approved.length > 0) return true;
  if (!isPolicyGate(s.gate)) return false;
  const rule = ruleAt(s, s.gate);
  return rule === undefined || isOpen(s, rule, revision);
}

/**
 * Has a rollback wait for people where the policy asks for that: traffic goes home all the same, at once. Only what
 * the release decides by itself waits: what people order they have decided, and without a primary that serves there is
 * nothing to wait with.
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

/** The rollback has been decided and its traffic is home: what remains waits for people. */
export function completing(s: ReleaseState, gate: PolicyGate, now: number): Step {
  const why: RollbackWhy = gate.why ?? { kind: 'recovery', reason: 'why it waits to roll back is not known' };
  const rule = ruleAt(s, gate);
  if (rule === undefined || isOpen(s, rule, gate.revision)) return { do: 'rollBack', why };
  return lapsed(s, gate.revision, now) ?? { do: 'awaitApproval', rule, why };
}

export function isHeldRollback(s: ReleaseState): s is ReleaseState & { readonly gate: PolicyGate } {
  return isAt(s.gate, { gate: 'rollback' });
}
