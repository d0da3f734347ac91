import type { Undelivered } from '../outbox.js';
import type { State } from '../state.js';
import { recorded } from './common.js';

/** Writes into the record who was not told, and of what. */
export function withUndelivered(state: State, undelivered: readonly Undelivered[], now: number): State {
  return recorded(
    state,
    undelivered.map((one) => ({ at: now, what: 'undelivered', ...one })),
  );
}
