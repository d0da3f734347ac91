import type { Place } from './error.js';
import type { Value } from './values.js';

/** A parsed template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      /** `with` also makes the pipeline's value the dot. */
      readonly kind: 'if' | 'with';
      readonly pipeline: Pipeline;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** Commands, each of which gets the value of the one before as its last argument. */
export interface Pipeline {
  readonly place: Place;
  /** `$name := …` and `$name = …`. */
  readonly sets?: { readonly variable: string; readonly how: 'declare' | 'assign' };
  readonly commands: readonly Command[];
}

export interface Command {
  readonly first: Operand;
  readonly rest: readonly Operand[];
}

export type Operand =
  | { readonly kind: 'literal'; readonly place: Place; readonly value: Value }
  | { readonly kind: 'dot'; readonly place: Place }
  | { readonly kind: 'variable'; readonly place: Place; readonly name: string }
  | { readonly kind: 'function'; readonly place: Place; readonly name: string }
  | { readonly kind: 'pipeline'; readonly place: Place; readonly pipeline: Pipeline }
  | { readonly kind: 'field'; readonly place: Place; readonly of: Operand; readonly name: string };
