/**
 * Something generated that isn't as it should be: a whole object that is missing, or one field of it that somebody has
 * changed.
 */
export interface Stray {
  /** `Kind/name`. */
  readonly object: string;
  /** For instance `spec.selector`; absent where the whole object is missing, or can't be told apart by fields. */
  readonly field?: string;
  /** Who changed it last, where Kubernetes knows: a field manager. */
  readonly by?: string;
}

/** A stray that has been put back, and when: milliseconds since 1970. */
export interface Repair {
  readonly object: string;
  readonly field?: string;
  readonly at: readonly number[];
}

/** Putting the same thing back so often within this time is a fight, which nobody wins and everybody pays for. */
export const FIGHT_REPAIRS = 3;
export const FIGHT_MS = 600_000;

/** Whether somebody fights for just this. It is left alone until enough of the repairs are long ago. */
export function isContested(stray: Stray, repairs: readonly Repair[], now: number): boolean {
  return recent(repairs.find((repair) => isOf(repair, stray))?.at ?? [], now).length >= FIGHT_REPAIRS;
}

/** The repairs with these strays put back now, without those that count for nothing any more. */
export function withRepairs(repairs: readonly Repair[], strays: readonly Stray[], now: number): readonly Repair[] {
  const known = repairs.map((repair) => ({ ...repair, at: recent(repair.at, now) }));
  const counted = strays.reduce<readonly Repair[]>((all, { object, field }) => {
    const before = all.find((repair) => isOf(repair, { object, ...(field === undefined ? {} : { field }) }));
    const others = all.filter((repair) => repair !== before);
    return [...others, { object, ...(field === undefined ? {} : { field }), at: [...(before?.at ?? []), now] }];
  }, known);
  return counted.filter(({ at }) => at.length > 0);
}

/** Said of a stray that is left alone. */
export function contestedMessage({ object, field, by }: Stray): string {
  const what = field === undefined ? `${object} is removed` : `${field} of ${object} is changed`;
  const who = by === undefined ? '' : ` by ${by}`;
  return `${what} again and again${who}: after ${FIGHT_REPAIRS} repairs within ${FIGHT_MS / 60_000} minutes it is left alone for a while, find out who does it`;
}

function recent(at: readonly number[], now: number): readonly number[] {
  return at.filter((time) => time > now - FIGHT_MS && time <= now);
}

function isOf(repair: Repair, stray: Stray): boolean {
  return repair.object === stray.object && repair.field === stray.field;
}
