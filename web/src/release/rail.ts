import type { Live, LiveGate, LiveStrategy } from '../api/types.js';
import { entriesOf } from './record.js';

export type RailState = 'done' | 'current' | 'ahead' | 'failed' | 'skipped';

type Part =
  | { readonly part: 'initialize' }
  | { readonly part: 'start' }
  | { readonly part: 'gate'; readonly gate: string }
  | { readonly part: 'weight'; readonly weight: number }
  | { readonly part: 'iterations'; readonly done: number; readonly of: number }
  | { readonly part: 'promotion' }
  | { readonly part: 'end' };

/** A step of the way from the first pod to the promotion. */
export type RailStep = Part & { readonly state: RailState };

/** Outcomes after which the steps that were not reached never will be. */
const UNDONE = ['rolled-back', 'aborted', 'rejected', 'promotion-failed', 'terminated', 'superseded', 'fenced', 'gone'];

/** The whole way of a release, and where on it it is. Empty where its strategy isn't known. */
export function railOf(live: Live): readonly RailStep[] {
  const parts = partsOf(live);
  if (parts.length === 0) return [];
  const outcome = live.release?.outcome;
  const undone = outcome !== undefined && UNDONE.includes(outcome);
  if (live.release?.ended === true && !undone) return parts.map((part) => ({ ...part, state: 'done' }));
  const at = undone ? reached(live, parts) : current(live, parts);
  return parts.map((part, index) => ({
    ...part,
    state: index < at ? 'done' : index > at ? (undone ? 'skipped' : 'ahead') : undone ? 'failed' : 'current',
  }));
}

function partsOf({ strategy, gates, phase }: Live): Part[] {
  if (phase === 'Initializing') return [{ part: 'initialize' }, { part: 'end' }];
  if (!strategy) return [];
  const gate = (name: string): Part[] => (gates.some((one) => one.gate === name) ? [{ part: 'gate', gate: name }] : []);
  return [
    ...gate('confirm-rollout'),
    { part: 'start' },
    ...analysisOf(strategy, gates),
    ...gate('confirm-promotion'),
    { part: 'promotion' },
    { part: 'end' },
  ];
}

/** The gate before more traffic is asked at every step: it is shown where it is closed, or once before the first. */
function analysisOf(strategy: LiveStrategy, gates: readonly LiveGate[]): Part[] {
  const increase = gates.find(({ gate }) => gate === 'confirm-traffic-increase');
  const before: Part[] = increase ? [{ part: 'gate', gate: increase.gate }] : [];
  if (strategy.kind !== 'canary')
    return [...before, { part: 'iterations', ...(strategy.iterations ?? { done: 0, of: 1 }) }];
  return [...before, ...(strategy.steps ?? []).map((weight): Part => ({ part: 'weight', weight }))];
}

function indexOf(parts: readonly Part[], so: (part: Part) => boolean): number {
  const index = parts.findIndex(so);
  return index < 0 ? 0 : index;
}

const atGate = (name: string) => (part: Part) => part.part === 'gate' && part.gate === name;
const isA = (name: Part['part']) => (part: Part) => part.part === name;

function current(live: Live, parts: readonly Part[]): number {
  const closed = live.gates.find(({ status }) => status === 'closed') ?? live.release?.gate;
  switch (live.phase ?? live.release?.phase) {
    case 'Waiting':
      return indexOf(parts, atGate('confirm-rollout'));
    case 'Progressing':
      if (closed?.gate === 'confirm-traffic-increase' && live.weight.wanted === 0)
        return indexOf(parts, atGate(closed.gate));
      return analysing(parts, live.weight.wanted);
    case 'WaitingPromotion':
      return indexOf(parts, atGate('confirm-promotion'));
    case 'Promoting':
      return indexOf(parts, isA('promotion'));
    case 'Finalising':
      return parts.length - 1;
    default:
      return closed ? indexOf(parts, atGate(closed.gate)) : indexOf(parts, isA('start'));
  }
}

function analysing(parts: readonly Part[], weight: number): number {
  if (weight === 0) {
    const iterations = parts.find((part) => part.part === 'iterations');
    return indexOf(parts, iterations && iterations.done > 0 ? isA('iterations') : isA('start'));
  }
  if (parts.some(isA('iterations'))) return indexOf(parts, isA('iterations'));
  // A person may have set a weight between two steps: the one below it is where it stands.
  const at = parts.findLastIndex((part) => part.part === 'weight' && part.weight <= weight);
  return at < 0 ? indexOf(parts, isA('weight')) : at;
}

/** How far it came before it was taken back. */
function reached({ release, gates }: Live, parts: readonly Part[]): number {
  const record = release?.record ?? [];
  const phases = entriesOf(record, 'phase').map(({ phase }) => phase);
  if (phases.includes('Promoting') || release?.outcome === 'promotion-failed') return indexOf(parts, isA('promotion'));
  if (phases.includes('WaitingPromotion')) return indexOf(parts, atGate('confirm-promotion'));
  const highest = Math.max(0, ...entriesOf(record, 'weight').map(({ canary }) => canary));
  if (highest > 0) return analysing(parts, highest);
  if (entriesOf(record, 'analysis').length > 0)
    return indexOf(parts, (part) => part.part === 'iterations' || part.part === 'weight');
  return gates.some(({ gate }) => gate === 'confirm-rollout') && !phases.includes('Progressing')
    ? 0
    : indexOf(parts, isA('start'));
}
