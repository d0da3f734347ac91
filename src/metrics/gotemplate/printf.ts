import { formatFixed } from '../go-format.js';
import { quoted } from './literals.js';
import { Misuse } from './misuse.js';
import { isMap, printed, typeName, type Value } from './values.js';

const DIRECTIVE = /%(?<flags>[-+ 0]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<verb>\p{L}|%|[^]?)/gu;
/** Go allows a million, which no query needs. */
const MAX_WIDTH = 1000;
const MAX_TEXT = 100_000;

interface Directive {
  /** As it was written. */
  readonly text: string;
  readonly verb: string;
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zeros: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

/**
 * Go's `fmt.Sprintf` with the verbs %s %v %d %f %q %t and %%, the flags `-`, `+`, space and `0`, width and precision.
 * Where Go prints `%!d(string=x)` into the text this throws: no query is meant to contain that.
 *
 * @throws Misuse
 */
export function printf(format: string, args: readonly Value[]): string {
  let text = '';
  let read = 0;
  let used = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    const directive = directiveOf(match);
    text += format.slice(read, match.index);
    read = match.index + directive.text.length;
    demandShort(text);
    if (directive.verb === '%') text += '%';
    else {
      const value = args[used++];
      if (value === undefined) throw new Misuse(`there is no value for ${directive.text}`);
      text += padded(directive, value, formatted(directive, value));
    }
  }
  if (used < args.length) throw new Misuse(`${args.length} values are given, and ${used} are used`);
  return text + format.slice(read);
}

/** Checked while the text grows: afterwards it may be too large for memory. @throws Misuse */
export function demandShort(text: string): void {
  if (text.length > MAX_TEXT) throw new Misuse(`the text grows beyond ${MAX_TEXT} characters`);
}

function directiveOf(match: RegExpMatchArray): Directive {
  const { flags = '', width = '', precision, verb = '' } = match.groups ?? {};
  const directive = {
    text: match[0],
    verb,
    left: flags.includes('-'),
    plus: flags.includes('+'),
    space: flags.includes(' '),
    zeros: flags.includes('0'),
    width: Number(width),
    precision: precision === undefined ? undefined : Number(precision),
  };
  if (directive.width > MAX_WIDTH || (directive.precision ?? 0) > MAX_WIDTH) {
    throw new Misuse(`${directive.text} is wider than ${MAX_WIDTH}`);
  }
  return directive;
}

function formatted(directive: Directive, value: Value): string {
  const { verb, precision } = directive;
  switch (verb) {
    case 'v':
      return formattedByType(directive, value);
    case 's':
      if (typeof value === 'string') return cut(value, precision);
      throw wrongType(directive, 'a string', value);
    case 'q':
      if (directive.plus) throw new Misuse(`${directive.text} is not supported: use %q`);
      if (typeof value === 'string') return quoted(cut(value, precision));
      throw wrongType(directive, 'a string', value);
    case 't':
      if (typeof value === 'boolean') return String(value);
      throw wrongType(directive, 'true or false', value);
    case 'd':
      if (typeof value === 'bigint') return signed(directive, wholeNumber(directive, value));
      throw wrongType(directive, 'a whole number', value);
    case 'f':
      if (typeof value === 'number') return signed(directive, formatFixed(value, precision ?? 6));
      throw wrongType(directive, 'a number with a point, such as 5.0', value);
    default:
      throw new Misuse(`${directive.text} is not supported: use one of %s %v %d %f %q %t %%`);
  }
}

function formattedByType(directive: Directive, value: Value): string {
  if (typeof value === 'string') return cut(value, directive.precision);
  // Go's `%+v` is about structs, and puts no sign before a number.
  const unsigned = { ...directive, plus: false };
  if (typeof value === 'bigint') return signed(unsigned, wholeNumber(directive, value));
  if (typeof value !== 'number') return printed(value);
  if (directive.precision === undefined) return signed(unsigned, printed(value));
  throw new Misuse(`${directive.text} is not supported for a float64: use %f`);
}

/** A precision is the least number of digits. */
function wholeNumber({ precision = 0 }: Directive, value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(precision, '0');
  return value < 0n ? `-${digits}` : digits;
}

function signed({ plus, space }: Directive, text: string): string {
  if (/^[-+]/.test(text)) return text;
  if (plus) return `+${text}`;
  return space ? ` ${text}` : text;
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('');
}

function padded(directive: Directive, value: Value, text: string): string {
  if (directive.width === 0) return text;
  const missing = directive.width - [...text].length;
  if (missing <= 0) return text;
  if (directive.left) return text + ' '.repeat(missing);
  if (!padsWithZeros(directive, value)) return ' '.repeat(missing) + text;
  const sign = typeof value === 'string' ? '' : (/^[-+ ]/.exec(text)?.[0] ?? '');
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

/** Go does so with strings too. */
function padsWithZeros({ zeros, precision }: Directive, value: Value): boolean {
  if (typeof value === 'bigint') return zeros && precision === undefined;
  if (typeof value === 'number') return zeros && Number.isFinite(value);
  return zeros && value !== null && !isMap(value);
}

function wrongType({ text }: Directive, wanted: string, value: Value): Misuse {
  return new Misuse(`${text} wants ${wanted}, got ${typeName(value)}`);
}
