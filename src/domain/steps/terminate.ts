import type { Decision } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import { apply, awaitingAfresh, ended, normal, status, type Context } from './common.js';

/** The Canary is being deleted with `revertOnDeletion`: the target is scaled up first. */
export function terminate(context: Context): Decision {
  const { state, now } = context;
  const message = normal(messagesFor(state).terminating);
  const next = awaitingAfresh(
    context,
    { ...state, phase: 'Terminating', gate: undefined, paused: undefined },
    'canary',
  );
  return apply([status(next), message, { do: 'scaleLikePrimary' }], message.message, next, now);
}

/** The target serves again: it gets its Service back, and the Canary may be deleted. */
export function revert({ state, now }: Context): Decision {
  const message = normal(messagesFor(state).terminated);
  const next = ended({ ...state, phase: 'Terminated' }, { kind: 'terminated', reason: message.message });
  // The Event goes first: its object is gone as soon as the finalizer is removed.
  return apply([message, { do: 'revert' }], message.message, next, now);
}
