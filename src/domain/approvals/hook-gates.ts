import { isPolicyGate } from './approvals.js';
import type { Gate } from './gates.js';
import { seenRevision } from '../decision/seen.js';
import type { Step } from '../decision/step.js';
import { failedHook, type Findings } from '../findings.js';
import { hasHooks } from '../policy.js';
import { sameRevision } from '../revision.js';
import { policyOf, type ReleaseState } from '../state.js';

/* Gates that webhooks open and close, as the tick comes to them. */

/** @returns what stops the release at the gate, or undefined where it may pass */
export function passGate(s: ReleaseState, f: Findings, gate: Gate, now: number): Step | undefined {
  if (!hasHooks(policyOf(s), gate) || s.approved.includes(gate) || s.promoteNow) return undefined;
  const round = f[gate];
  if (round === undefined) {
    const at = askedAgainAt(s, f, gate);
    return at !== undefined && now < at ? { do: 'wait', until: at } : { do: 'ask', question: gate };
  }
  const denied = failedHook(round);
  return denied && { do: 'closeGate', gate, hook: denied.hook };
}

/**
 * Whatever wakes the release, a gate's webhook is called once an interval; at once where the webhook, or what it
 * guards, is new.
 */
function askedAgainAt(s: ReleaseState, f: Findings, gate: Gate): number | undefined {
  const { gate: closed } = s;
  if (closed === undefined || isPolicyGate(closed) || closed.gate !== gate) return undefined;
  if (closed.revision === undefined || !sameRevision(closed.revision, seenRevision(s, f))) return undefined;
  return f.world.policy === undefined && f.analysis === undefined ? closed.askedAgainAt : undefined;
}
