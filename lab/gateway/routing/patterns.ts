/** A host or path pattern: exact, or with a star at the front (hosts) or the end (paths). */
export interface Pattern {
  readonly text: string;
  matches(value: string): boolean;
  /** Higher wins: an exact pattern before any with a star, a longer one before a shorter one. */
  readonly precision: number;
}

const EXACT = 1_000_000;
const REGEX = 500_000;

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

export function exactPath(text: string): Pattern {
  return { text, matches: (value) => value === text, precision: EXACT };
}

/** A prefix by whole elements, as the Gateway API has it: `/a` takes `/a` and `/a/b`, not `/ab`. */
export function prefixPath(text: string): Pattern {
  const beginning = text.replace(/\/$/, '');
  return {
    text,
    matches: (value) => value === beginning || value.startsWith(`${beginning}/`),
    precision: text.length,
  };
}

/** A regular expression for the whole path; above any prefix, below an exact path. */
export function regexPath(text: string): Pattern {
  const pattern = new RegExp(`^(?:${text})$`);
  return { text, matches: (value) => pattern.test(value), precision: REGEX + text.length };
}
