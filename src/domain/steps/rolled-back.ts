import { messagesFor } from '../notices/messages.js';
import type { Retreat } from '../silence/retreat.js';
import type { RunState } from '../state.js';
import { ended, recorded, warning, type EventEffect } from './common.js';

/** The result of a rollback. */
export interface Rollback {
  readonly servedBy: 'primary' | 'canary';
  /** The reason, in words for an event. */
  readonly reason: string;
  /** Events that were recorded before it. */
  readonly before: readonly EventEffect[];
  /** When it was done, milliseconds since 1970. */
  readonly at: number;
}

/** The state after a rollback by any process, with all of it in the record. */
export function rolledBack(state: RunState, { servedBy, reason, before, at }: Rollback): RunState {
  const say = messagesFor(state);
  const stranded = servedBy === 'canary';
  const failed: RunState = {
    ...state,
    phase: 'Failed',
    weight: stranded ? 100 : 0,
    stranded,
    failedChecks: 0,
    unknownChecks: 0,
    iterations: 0,
    problem: undefined,
    stuckSince: undefined,
  };
  const said = [...before, warning(reason), warning(stranded ? say.failedServing : say.failed)];
  return recorded(failed, [
    ...said.map(({ type, message }) => ({ at, what: 'event' as const, type, message })),
    { at, what: 'weight', canary: failed.weight },
    { at, what: 'phase', phase: 'Failed' },
  ]);
}

/** The dead-man's switch has rolled the release back and notified people: the record says so. */
export function retreated(state: RunState, retreat: Retreat): RunState {
  return ended(rolledBack(state, { ...retreat, before: [] }), { kind: 'rolled-back', reason: retreat.reason });
}
