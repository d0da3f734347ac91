import type { RunState } from '../state.js';

/** What the cluster still has of a Canary at rest and could be released again. Read when somebody orders it. */
export interface RestoreOptions {
  /** Why nothing can be done with this Canary now, in words that follow "because"; a user must fix it. */
  readonly obstacle?: string;
  /** What the target holds: still the newest release's revision, something newer, or what the primary runs already. */
  readonly target: 'same' | 'changed' | 'promoted';
  /** What the primary held before its last promotion; undefined where there was nothing, or it is no longer known. */
  readonly previous?: { readonly revision: string; readonly warm: boolean } | 'undone';
}

/** The part of a resting run's state that decides which orders are possible. */
export type AtRest = Pick<RunState, 'phase' | 'stranded'>;

/** @returns why the newest release can't be retried; undefined where it can, as far as is known */
export function refuseRetry({ phase, stranded }: AtRest, options: RestoreOptions | undefined): string | undefined {
  if (phase !== 'Failed') return `can't retry: the newest release has not failed (phase ${phase || 'New'})`;
  if (options === undefined) return undefined;
  if (options.obstacle !== undefined) return `can't retry: ${options.obstacle}`;
  switch (options.target) {
    case 'same':
      return undefined;
    case 'changed':
      return "can't retry: the target has changed since; what it holds now is released by itself";
    case 'promoted':
      // A failed promotion has given the primary this revision already, and it doesn't serve.
      return stranded ? undefined : "can't retry: the target holds what the primary runs, there is nothing to release";
  }
}

/** @returns why the last promotion can't be undone; undefined where it can, as far as is known */
export function refuseUndo({ phase }: AtRest, options: RestoreOptions | undefined): string | undefined {
  if (phase === '' || phase === 'Initializing') return "can't undo: nothing has been promoted yet";
  if (options === undefined) return undefined;
  if (options.obstacle !== undefined) return `can't undo: ${options.obstacle}`;
  if (options.previous === 'undone') return "can't undo: the last promotion has been undone already";
  if (options.previous === undefined) {
    return "can't undo: nothing was promoted before, or what the primary held then is no longer known";
  }
  return undefined;
}
