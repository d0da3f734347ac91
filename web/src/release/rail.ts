import type { Line, Live, LiveGate, LiveStrategy } from '../api/types.js';
import { entriesOf } from './record.js';

export type RailState = 'done' | 'current' | 'ahead' | 'failed' | 'skipped';

type Part =
  | { readonly part: 'initialize' }
  | { readonly part: 'start' }
  | ({ readonly part: 'gate' } & Spot)
  | { readonly part: 'weight'; readonly weight: number }
  | { readonly part: 'iterations'; readonly done: number; readonly of: number }
  | { readonly part: 'promotion' }
  | { readonly part: 'divert' }
  | { readonly part: 'restore' }
  | { readonly part: 'end' };

/** A step between the first pod and the promotion. */
export type RailStep = Part & { readonly state: RailState };

/** Outcomes after which the steps that were not reached never will be. */
const TAKEN_BACK = [
  'rolled-back',
  'aborted',
  'rejected',
  'promotion-failed',
  'terminated',
  'superseded',
  'fenced',
  'gone',
];

/** All steps of a release, and its present one. Empty where its strategy is unknown. */
export function railOf(live: Live): readonly RailStep[] {
  if (isUndo(live.release?.record ?? [])) return railOfUndo(live);
  const parts = partsOf(live);
  if (parts.length === 0) return [];
  const outcome = live.release?.outcome;
  const back = outcome !== undefined && TAKEN_BACK.includes(outcome);
  if (live.release?.ended === true && !back) return parts.map((part) => ({ ...part, state: 'done' }));
  const at = back ? reached(live, parts) : current(live, parts);
  return parts.map((part, index) => ({
    ...part,
    state: index < at ? 'done' : index > at ? (back ? 'skipped' : 'ahead') : back ? 'failed' : 'current',
  }));
}

/** Whether it undoes a promotion instead of releasing something. */
export function isUndo(record: readonly Line[]): boolean {
  return entriesOf(record, 'order').some(({ order, refused }) => order === 'undo' && refused === undefined);
}

/** Without warm pods an undo has no weights: the primary rolls back under its traffic. */
function railOfUndo({ release, weight }: Live): RailStep[] {
  const diverted = weight.wanted > 0 || entriesOf(release?.record ?? [], 'weight').some(({ canary }) => canary > 0);
  const parts: Part[] = [...(diverted ? [{ part: 'divert' } as const] : []), { part: 'restore' }, { part: 'end' }];
  const at = release?.ended === true ? parts.length : parts.length - 2;
  return parts.map((part, index) => ({ ...part, state: index < at ? 'done' : index > at ? 'ahead' : 'current' }));
}

/** Before the canary starts: gates of webhooks, or of the approval policy. */
const BEFORE_START = ['confirm-rollout', 'rollout'];
const BEFORE_PROMOTION = ['confirm-promotion', 'promotion'];
/** Called at every step: shown once, before the first. */
const BEFORE_EACH = 'confirm-traffic-increase';

function partsOf({ strategy, gates, phase }: Live): Part[] {
  if (phase === 'Initializing') return [{ part: 'initialize' }, { part: 'end' }];
  if (!strategy) return [];
  const gatesNamed = (names: readonly string[]): Part[] =>
    gates.filter(({ gate }) => names.includes(gate)).map((gate) => ({ part: 'gate', ...spotOf(gate) }));
  return [
    ...gatesNamed(BEFORE_START),
    { part: 'start' },
    ...gatesNamed([BEFORE_EACH]),
    ...analysisOf(strategy, gates),
    ...gatesNamed(BEFORE_PROMOTION),
    { part: 'promotion' },
    { part: 'end' },
  ];
}

function analysisOf(strategy: LiveStrategy, gates: readonly LiveGate[]): Part[] {
  if (strategy.kind !== 'canary') return [{ part: 'iterations', ...(strategy.iterations ?? { done: 0, of: 1 }) }];
  return (strategy.steps ?? []).flatMap((weight): Part[] => [
    ...gates.map(spotOf).flatMap((spot): Part[] => (spot.atWeight === weight ? [{ part: 'gate', ...spot }] : [])),
    { part: 'weight', weight },
  ]);
}

interface Spot {
  readonly gate: string;
  /** Of a gate before a weight. */
  readonly atWeight?: number;
}

/** A policy of approvals names a gate before a weight `weight at 50`. */
export function spotOf({ gate, policy }: Pick<LiveGate, 'gate' | 'policy'>): Spot {
  const [, weight] = /^weight at (\d+)$/.exec(policy ?? '') ?? [];
  return weight === undefined ? { gate } : { gate, atWeight: Number(weight) };
}

function indexOf(parts: readonly Part[], so: (part: Part) => boolean): number {
  const index = parts.findIndex(so);
  return index < 0 ? 0 : index;
}

const atGate = (names: readonly string[]) => (part: Part) => part.part === 'gate' && names.includes(part.gate);
const isA = (name: Part['part']) => (part: Part) => part.part === name;

function current(live: Live, parts: readonly Part[]): number {
  const closed = live.gates.find(({ status }) => status === 'closed');
  const at = closed && closedAt(spotOf(closed), live, parts);
  if (at !== undefined) return at;
  switch (live.phase ?? live.release?.phase) {
    case 'Waiting':
      return indexOf(parts, atGate(BEFORE_START));
    case 'Progressing':
      return analysing(parts, live.weight.wanted);
    case 'WaitingPromotion':
      return indexOf(parts, atGate(BEFORE_PROMOTION));
    case 'Promoting':
      return indexOf(parts, isA('promotion'));
    case 'Finalising':
      return parts.length - 1;
    default:
      return indexOf(parts, isA('start'));
  }
}

/** @returns undefined where the gate has no place of its own among the steps, or has been passed */
function closedAt({ gate, atWeight }: Spot, live: Live, parts: readonly Part[]): number | undefined {
  if (gate === BEFORE_EACH && live.weight.wanted > 0) return undefined;
  const at = parts.findIndex((part) => part.part === 'gate' && part.gate === gate && part.atWeight === atWeight);
  return at < 0 ? undefined : at;
}

function analysing(parts: readonly Part[], weight: number): number {
  if (weight === 0) {
    const iterations = parts.find((part) => part.part === 'iterations');
    return indexOf(parts, iterations && iterations.done > 0 ? isA('iterations') : isA('start'));
  }
  if (parts.some(isA('iterations'))) return indexOf(parts, isA('iterations'));
  // A person may have set a weight between two steps: the release is then at the step below.
  const at = parts.findLastIndex((part) => part.part === 'weight' && part.weight <= weight);
  return at < 0 ? indexOf(parts, isA('weight')) : at;
}

/** How far it came before it was taken back. */
function reached({ release, gates }: Live, parts: readonly Part[]): number {
  const record = release?.record ?? [];
  const phases = entriesOf(record, 'phase').map(({ phase }) => phase);
  if (phases.includes('Promoting') || release?.outcome === 'promotion-failed') return indexOf(parts, isA('promotion'));
  if (phases.includes('WaitingPromotion')) return indexOf(parts, atGate(BEFORE_PROMOTION));
  const highest = Math.max(0, ...entriesOf(record, 'weight').map(({ canary }) => canary));
  if (highest > 0) return analysing(parts, highest);
  if (entriesOf(record, 'analysis').length > 0)
    return indexOf(parts, (part) => part.part === 'iterations' || part.part === 'weight');
  const waits = gates.some(({ gate }) => BEFORE_START.includes(gate)) && !phases.includes('Progressing');
  return waits ? 0 : indexOf(parts, isA('start'));
}
