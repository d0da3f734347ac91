import type { RunState } from '../../../src/domain/state.js';
import { canaryAt, type Weights } from '../../../src/domain/weights.js';
import type { PhaseName } from './table.js';

/** Where a run stands in a phase, and how the traffic is divided then. @param rest the run where nothing is to be done */
export function standing(phase: PhaseName, rest: RunState): { state: RunState; weights: Weights } {
  const weights = canaryAt(25);
  const active: RunState = { ...rest, phase: 'Progressing', begun: true, weight: 25, checkDueAt: Infinity };
  switch (phase) {
    case 'progressing':
    case 'rolling back':
      return { state: active, weights };
    case 'paused':
      return { state: { ...active, paused: { by: 'alice', reason: '', since: 0 } }, weights };
    case 'at a gate':
      return {
        state: { ...active, phase: 'WaitingPromotion', gate: { gate: 'confirm-promotion', hook: 'gate', since: 0 } },
        weights,
      };
    case 'promoting':
      return { state: { ...active, phase: 'Promoting' }, weights };
    case 'finalising':
      return { state: { ...active, phase: 'Finalising', weight: 0 }, weights: canaryAt(0) };
    case 'undoing': {
      const undoing = { stage: 'home', by: 'alice', reason: '', to: rest.promoted } as const;
      return { state: { ...rest, phase: 'Promoting', undoing }, weights: canaryAt(0) };
    }
    case 'terminating':
      return { state: { ...rest, phase: 'Terminating' }, weights: canaryAt(0) };
    case 'initialising':
    case 'at rest':
      return { state: rest, weights: canaryAt(0) };
  }
}
