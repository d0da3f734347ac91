import { formatFloat } from '../go-format.js';

/**
 * The values of a template, by Go's types: string, bool, int (bigint), float64 (number), map[string]string, and nil
 * (null).
 */
export type Value = string | boolean | bigint | number | ReadonlyMap<string, string> | null;

export function isMap(value: Value): value is ReadonlyMap<string, string> {
  return typeof value === 'object' && value !== null;
}

/** A value's type in Go's words. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    default:
      return value === null ? 'nil' : 'map[string]string';
  }
}

/** Truth for `if`, `with`, `and`, `or` and `not`: zero, nil and empty values are false. */
export function isTrue(value: Value): boolean {
  if (isMap(value)) return value.size > 0;
  return Boolean(value);
}

/** As Go's `%v` prints it. */
export function printed(value: Value): string {
  if (typeof value === 'number') return formatFloat(value);
  if (isMap(value)) return `map[${[...value].sort(byKey).map(entry).join(' ')}]`;
  return value === null ? '<nil>' : String(value);
}

function byKey([a]: [string, string], [b]: [string, string]): number {
  return compareStrings(a, b);
}

function entry([key, value]: [string, string]): string {
  return `${key}:${value}`;
}

/** Go orders strings by their bytes. */
export function compareStrings(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
