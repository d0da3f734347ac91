import type { Undelivered } from '../notices/outbox.js';
import type { RunState } from '../state.js';
import { recorded } from './common.js';

/** Writes into the record who was not told, and of what. */
export function withUndelivered(state: RunState, undelivered: readonly Undelivered[], now: number): RunState {
  return recorded(
    state,
    undelivered.map((one) => ({ at: now, what: 'undelivered', ...one })),
  );
}
