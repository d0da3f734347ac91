import { jsonIn } from './json.js';

/** Drift of a generated object: the object is missing, or somebody has changed one of its fields. */
export interface Stray {
  /** `Kind/name`. */
  readonly object: string;
  /**
   * For instance `spec.selector`; absent where the whole object is missing, or its fields can't be compared one by one.
   */
  readonly field?: string;
  /** Field manager that changed it last, where Kubernetes knows it. */
  readonly by?: string;
}

/** A stray that has been corrected, and when: milliseconds since 1970. */
export interface Repair {
  readonly object: string;
  readonly field?: string;
  readonly at: readonly number[];
  /** Why the last correction was refused; a user must fix that. */
  readonly refused?: string;
}

/** Correcting the same thing so often within this time is a fight, which no side wins and which costs API requests. */
export const FIGHT_REPAIRS = 3;
export const FIGHT_MS = 600_000;
/** A refused correction is tried again after this, in milliseconds. */
export const REFUSED_MS = 60_000;

/** Whether another controller keeps changing exactly this. It is left alone until enough of the repairs are old. */
export function isContested(stray: Stray, repairs: readonly Repair[], now: number): boolean {
  return recent(repairs.find((repair) => isOf(repair, stray))?.at ?? [], now).length >= FIGHT_REPAIRS;
}

/** Why a stray is left alone: a correction was refused a short while ago, or another controller keeps changing it. */
export function reasonToLeave(stray: Stray, repairs: readonly Repair[], now: number): string | undefined {
  const { refused, at = [] } = repairs.find((repair) => isOf(repair, stray)) ?? {};
  const isFought = isContested(stray, repairs, now);
  if (refused !== undefined && (isFought || now < (at.at(-1) ?? 0) + REFUSED_MS)) {
    return `${stray.object} can't be put right: ${refused}`;
  }
  return isFought ? contestedMessage(stray) : undefined;
}

/** Whether the last correction was refused, not too long ago to count. */
export function isRefused(stray: Stray, repairs: readonly Repair[]): boolean {
  return repairs.find((repair) => isOf(repair, stray))?.refused !== undefined;
}

/** An attempt to correct a stray. */
export interface Attempt {
  readonly stray: Stray;
  /** Why it was refused. */
  readonly refused?: string | undefined;
}

/** The repairs with those of this attempt, without those that are too old to count. */
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

/** Parses the repairs from an annotation. */
export function parseRepairs(text: string | undefined): readonly Repair[] {
  const parsed = jsonIn(text);
  // An edited text says nothing about fights.
  return Array.isArray(parsed) ? parsed.filter(isRepair) : [];
}

function isRepair(value: unknown): value is Repair {
  if (typeof value !== 'object' || value === null) return false;
  const { object, at } = value as Partial<Repair>;
  return typeof object === 'string' && Array.isArray(at) && at.every((time) => typeof time === 'number');
}

/** The message about a stray that is left alone. */
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
