import { jsonIn } from './json.js';

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
  /** It could not be put right the last time, and why: something that a person must mend. */
  readonly refused?: string;
}

/** Putting the same thing back so often within this time is a fight, which nobody wins and everybody pays for. */
export const FIGHT_REPAIRS = 3;
export const FIGHT_MS = 600_000;
/** What could not be put right is tried again after this, in milliseconds. */
export const REFUSED_MS = 60_000;

/** Whether somebody fights for just this. It is left alone until enough of the repairs are long ago. */
export function isContested(stray: Stray, repairs: readonly Repair[], now: number): boolean {
  return recent(repairs.find((repair) => isOf(repair, stray))?.at ?? [], now).length >= FIGHT_REPAIRS;
}

/** Why a stray is left alone: it could not be put right a short while ago, or somebody fights for it. */
export function reasonToLeave(stray: Stray, repairs: readonly Repair[], now: number): string | undefined {
  const { refused, at = [] } = repairs.find((repair) => isOf(repair, stray)) ?? {};
  const isFought = isContested(stray, repairs, now);
  if (refused !== undefined && (isFought || now < (at.at(-1) ?? 0) + REFUSED_MS)) {
    return `${stray.object} can't be put right: ${refused}`;
  }
  return isFought ? contestedMessage(stray) : undefined;
}

/** Whether it could not be put right the last time, as far as that counts yet. */
export function isRefused(stray: Stray, repairs: readonly Repair[]): boolean {
  return repairs.find((repair) => isOf(repair, stray))?.refused !== undefined;
}

/** A stray that was to be put right now. */
export interface Attempt {
  readonly stray: Stray;
  /** Why it could not be. */
  readonly refused?: string | undefined;
}

/** The repairs with what was put right now, without those that count for nothing any more. */
export function withRepairs(repairs: readonly Repair[], attempts: readonly Attempt[], now: number): readonly Repair[] {
  const known = repairs.map((repair) => ({ ...repair, at: recent(repair.at, now) }));
  const counted = attempts.reduce<readonly Repair[]>((all, { stray, refused }) => {
    const { object, field } = stray;
    const before = all.find((repair) => isOf(repair, stray));
    const repair: Repair = {
      object,
      ...(field === undefined ? {} : { field }),
      at: [...(before?.at ?? []), now],
      ...(refused === undefined ? {} : { refused }),
    };
    return [...all.filter((one) => one !== before), repair];
  }, known);
  return counted.filter(({ at }) => at.length > 0);
}

/** The repairs as they were written down. */
export function parseRepairs(text: string | undefined): readonly Repair[] {
  const parsed = jsonIn(text);
  // Where somebody has edited it, nothing is known of any fight.
  return Array.isArray(parsed) ? parsed.filter(isRepair) : [];
}

function isRepair(value: unknown): value is Repair {
  if (typeof value !== 'object' || value === null) return false;
  const { object, at } = value as Partial<Repair>;
  return typeof object === 'string' && Array.isArray(at) && at.every((time) => typeof time === 'number');
}

/** Said of a stray that is left alone. */
export function contestedMessage({ object, field, by }: Stray): string {
  const what = field === undefined ? `${object} is removed or changed` : `${field} of ${object} is changed`;
  const who = by === undefined ? '' : ` by ${by}`;
  return `${what} again and again${who}: after ${FIGHT_REPAIRS} repairs within ${FIGHT_MS / 60_000} minutes it is left alone for a while, find out who does it`;
}

function recent(at: readonly number[], now: number): readonly number[] {
  return at.filter((time) => time > now - FIGHT_MS && time <= now);
}

function isOf(repair: Repair, stray: Stray): boolean {
  return repair.object === stray.object && repair.field === stray.field;
}
