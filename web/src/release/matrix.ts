import { roomOf } from '../../../src/domain/narrative/worst.js';
import type { Judged, Verdict, Window } from './windows.js';

/** A metric or a webhook of a release's checks. */
export interface MatrixColumn {
  readonly kind: Judged['kind'];
  readonly name: string;
  /** The last ones: a threshold may have changed meanwhile. */
  readonly min?: number;
  readonly max?: number;
}

/** How a value is shown: it failed, it passed but is near its limit, it passed. */
export type Look = Verdict | 'near';

/** Hooks first, each in the order in which the checks have them. */
export function columnsOf(windows: readonly Window[]): readonly MatrixColumn[] {
  const columns = new Map<string, MatrixColumn>();
  for (const { judged } of windows) {
    for (const { kind, name, min, max } of judged) {
      const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
      columns.set(`${kind} ${name}`, { kind, name, ...bounds });
    }
  }
  const all = [...columns.values()];
  return [...all.filter(({ kind }) => kind === 'hook'), ...all.filter(({ kind }) => kind === 'metric')];
}

export function cellOf({ judged }: Window, { kind, name }: MatrixColumn): Judged | undefined {
  return judged.find((one) => one.kind === kind && one.name === name);
}

/** "Near" means closer to the limit than this part of the possible distance. */
const NEAR = 0.15;
export function lookOf({ kind, name, verdict, value, min, max }: Judged): Look {
  if (kind === 'hook' || verdict !== 'passed' || value === undefined) return verdict;
  const room = roomOf({ metric: name, value, ...(min !== undefined && { min }), ...(max !== undefined && { max }) });
  return room !== undefined && room < NEAR ? 'near' : 'passed';
}
