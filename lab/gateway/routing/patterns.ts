/** A host or path pattern: exact, or with a star at the front (hosts) or the end (paths). */
export interface Pattern {
  readonly text: string;
  matches(value: string): boolean;
  /** Higher wins: an exact pattern before any with a star, a longer one before a shorter one. */
  readonly precision: number;
}

const EXACT = 1_000_000;

export function hostPattern(text: string): Pattern {
  const host = text.toLowerCase();
  if (!host.startsWith('*')) return { text, matches: (value) => value === host, precision: EXACT };
  const ending = host.slice(1);
  return {
    text,
    matches: (value) => value.length > ending.length && value.endsWith(ending),
    precision: ending.length,
  };
}

export function pathPattern(text: string): Pattern {
  if (!text.endsWith('*')) return { text, matches: (value) => value === text, precision: EXACT };
  const beginning = text.slice(0, -1);
  return { text, matches: (value) => value.startsWith(beginning), precision: beginning.length };
}
