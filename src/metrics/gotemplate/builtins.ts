import { Misuse } from './misuse.js';
import { demandShort, printf } from './printf.js';
import { compareStrings, isMap, isTrue, printed, typeName, type Value } from './values.js';

export interface Builtin {
  /** Least and most number of arguments. */
  readonly least: number;
  readonly most: number;
  /** @throws Misuse */
  readonly call: (args: readonly Value[]) => Value;
}

/** Go's functions that evaluate all their arguments; `and` and `or` are the renderer's. */
export const BUILTINS: Readonly<Record<string, Builtin>> = {
  print: variadic(0, (args) => print(args)),
  println: variadic(0, (args) => `${printedAll(args)}\n`),
  printf: variadic(1, ([format = null, ...args]) => printf(wanting('a format', format), args)),
  index: variadic(1, ([of = null, ...keys]) => keys.reduce(element, something(of))),
  len: fixed(1, ([of = null]) => length(of)),
  not: fixed(1, ([value = null]) => !isTrue(value)),
  eq: variadic(2, ([value = null, ...others]) => others.some((other) => equal(value, other))),
  ne: fixed(2, ([a = null, b = null]) => !equal(a, b)),
  lt: fixed(2, ([a = null, b = null]) => compare(a, b) < 0),
  le: fixed(2, ([a = null, b = null]) => compare(a, b) <= 0),
  gt: fixed(2, ([a = null, b = null]) => compare(a, b) > 0),
  ge: fixed(2, ([a = null, b = null]) => compare(a, b) >= 0),
};

function fixed(count: number, call: Builtin['call']): Builtin {
  return { least: count, most: count, call };
}

function variadic(least: number, call: Builtin['call']): Builtin {
  return { least, most: Infinity, call };
}

function wanting(what: string, value: Value): string {
  if (typeof value === 'string') return value;
  throw new Misuse(`expected ${what}, which is a string, got ${typeName(value)}`);
}

/** Go puts a space between two values if neither is a string. */
function print(args: readonly Value[]): string {
  return args.reduce<string>((text, value, index) => {
    const before = args[index - 1];
    const spaced = before !== undefined && typeof before !== 'string' && typeof value !== 'string';
    demandShort(text);
    return `${text}${spaced ? ' ' : ''}${printed(value)}`;
  }, '');
}

/** With a space between any two. */
function printedAll(args: readonly Value[]): string {
  return args.reduce<string>((text, value, index) => {
    demandShort(text);
    return `${text}${index === 0 ? '' : ' '}${printed(value)}`;
  }, '');
}

function something(of: Value): Value {
  if (of === null) throw new Misuse('index of untyped nil');
  return of;
}

/** A missing key of a map is the empty string, unlike with `{{ variables.key }}`. */
function element(of: Value, key: Value): Value {
  if (!isMap(of)) throw new Misuse(`can't index item of type ${typeName(of)}`);
  return of.get(wanting('a key', key)) ?? '';
}

/** Go counts a string's bytes. */
function length(of: Value): bigint {
  if (typeof of === 'string') return BigInt(Buffer.byteLength(of));
  if (isMap(of)) return BigInt(of.size);
  throw new Misuse(`len of type ${typeName(of)}`);
}

function equal(a: Value, b: Value): boolean {
  if (isMap(a) || isMap(b)) throw new Misuse('maps can be compared with nothing');
  if (a === null || b === null) return a === b;
  sameType(a, b);
  return a === b;
}

function compare(a: Value, b: Value): number {
  if (a === null || b === null || isMap(a) || isMap(b) || typeof a === 'boolean') {
    throw new Misuse(`${typeName(a)} and ${typeName(b)} have no order`);
  }
  sameType(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  return a < b ? -1 : Number(a > b);
}

function sameType(a: Value, b: Value): void {
  if (typeof a === typeof b) return;
  throw new Misuse(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}
