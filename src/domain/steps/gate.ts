import { waitingAlerts } from '../notices/alerts.js';
import type { Decision } from '../decision/effects.js';
import type { Gate } from '../approvals/gates.js';
import { messagesFor } from '../notices/messages.js';
import type { Phase } from '../phases.js';
import { intervalMs, type RunState } from '../state.js';
import { seenRevision } from '../decision/seen.js';
import { afterCheck, preamble } from './analyse.js';
import { apply, passes, sayOnce, status, tickLater, warning, type Context } from './common.js';

const TITLES: Readonly<Record<Gate, string>> = {
  'confirm-rollout': 'Confirm-rollout',
  'confirm-traffic-increase': 'Confirm-traffic-increase',
  'confirm-promotion': 'Confirm-promotion',
};

/**
 * A gate stays closed: reported when the release reaches it, its webhook called again each interval, opened at once by
 * an approval. The analysis continues meanwhile.
 */
export function closeGate(context: Context, gate: Gate, hook: string): Decision {
  const { state, findings, now } = context;
  const since = state.gate?.gate === gate ? state.gate.since : now;
  const again = findings.world.edition === undefined ? {} : { askedAgainAt: now + intervalMs(state) };
  const checked = gate === 'confirm-rollout' ? state : afterCheck(context);
  const waiting = tickLater(
    {
      ...checked,
      phase: phaseAt(gate, state.phase),
      gate: { gate, hook, since, revision: seenRevision(state, findings), ...again },
      prepared: gate !== 'confirm-rollout',
      // A step that a closed gate has held back is analysed as usual.
      skipStep: false,
    },
    now,
  );
  const before = gate === 'confirm-rollout' ? [] : preamble(context);
  const [said, next] = sayOnce(waiting, [
    ...before,
    ...passes(state, TITLES[gate], findings[gate]),
    warning(denial(state, gate, hook)),
  ]);
  const changed = next.phase === state.phase ? [] : [status(next)];
  const alerts = waitingAlerts(state, gate, hook);
  return apply([...changed, ...said], `gate ${gate}: closed by ${hook}`, next, now, alerts);
}

function denial(state: RunState, gate: Gate, hook: string): string {
  const say = messagesFor(state);
  switch (gate) {
    case 'confirm-rollout':
      return say.waitingForApproval(hook);
    case 'confirm-traffic-increase':
      return say.waitingForTrafficIncrease(hook);
    case 'confirm-promotion':
      return say.waitingForPromotion(hook);
  }
}

function phaseAt(gate: Gate, phase: Phase): Phase {
  switch (gate) {
    case 'confirm-rollout':
      return 'Waiting';
    case 'confirm-promotion':
      return 'WaitingPromotion';
    case 'confirm-traffic-increase':
      return phase;
  }
}
