import { messagesFor } from '../notices/messages.js';
import type { Retreat } from '../retreat.js';
import type { RunState } from '../state.js';
import { ended, recorded } from './common.js';

/** The dead-man's switch has rolled the release back, and told people of it: its record says so. */
export function retreated(state: RunState, { reason, servedBy, at }: Retreat): RunState {
  const say = messagesFor(state);
  const stranded = servedBy === 'canary';
  const failed: RunState = {
    ...state,
    phase: 'Failed',
    weight: stranded ? 100 : 0,
    stranded,
    failedChecks: 0,
    iterations: 0,
  };
  const written = recorded(failed, [
    { at, what: 'event', type: 'Warning', message: reason },
    { at, what: 'event', type: 'Warning', message: stranded ? say.failedServing : say.failed },
    { at, what: 'weight', canary: failed.weight },
    { at, what: 'phase', phase: 'Failed' },
  ]);
  return ended(written, { kind: 'rolled-back', reason });
}
