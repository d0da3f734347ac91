import type { Decision } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import { apply, awaitingAfresh, ended, normal, status, type Context } from './common.js';

/** The Canary is being deleted and wants to be undone: the target grows back first. */
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

/** The target serves again: it gets its Service back, and the Canary may go. */
export function revert({ state, now }: Context): Decision {
  const message = normal(messagesFor(state).terminated);
  const next = ended({ ...state, phase: 'Terminated' }, { kind: 'terminated', reason: message.message });
  // The Event comes first: it is about an object that is gone as soon as its finalizer is.
  return apply([message, { do: 'revert' }], message.message, next, now);
}
