import type { Happening } from './decide.js';
import type { Effect } from './effects.js';

/** What led to a decision, as it is kept outside the run before the decision is carried out: it is decided the same again. */
export interface KeptDecision {
  /** Tells what it has come to from every other decision about the same batch. */
  readonly id: string;
  /** When it was decided, milliseconds since 1970. */
  readonly at: number;
  readonly happening: Happening;
}

/** Batches are counted by two: a batch that a workflow task does itself, and the same as an activity, which outranks it. */
export const BATCH_STEP = 2;

/** What waits for nobody but the API server. Waiting for data planes and pods isn't for a workflow task. */
const PROMPT: ReadonlySet<Effect['do']> = new Set<Effect['do']>([
  'event',
  'status',
  'condition',
  'keep',
  'build',
  'reconcile',
  'scaleUp',
  'scaleDown',
  'scaleLikePrimary',
  'weights',
  'grow',
  'promote',
  'settle',
]);

/** Whether effects are carried out as fast as the API server answers. */
export function isPrompt(effects: readonly Effect[]): boolean {
  return effects.every((effect) => PROMPT.has(effect.do));
}
