/** Escapes of one letter in Go's interpreted strings. */
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

const ESCAPE = /\\(?:([abfnrtv\\"])|x([0-7][\da-fA-F])|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-1][0-7]{2})|[^])/g;

/**
 * The value of the text between the quotes of an interpreted string. Escapes of single bytes beyond ASCII aren't
 * supported: text is Unicode here.
 *
 * @returns undefined where an escape isn't valid
 */
export function unquoted(text: string): string | undefined {
  let valid = true;
  const value = text.replace(ESCAPE, (_, letter?: string, hex?: string, u4?: string, u8?: string, octal?: string) => {
    if (letter !== undefined) return ESCAPES[letter] ?? '';
    const code = octal === undefined ? parseInt(hex ?? u4 ?? u8 ?? '', 16) : parseInt(octal, 8);
    if (code <= 0x10ffff && !isSurrogate(code)) return String.fromCodePoint(code);
    valid = false;
    return '';
  });
  return valid ? value : undefined;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ESCAPES).map(([letter, character]) => [character, `\\${letter}`]),
);

/** As Go's `strconv.Quote`, which is `%q`: invisible characters are escaped. */
export function quoted(text: string): string {
  return `"${[...text].map(quotedCharacter).join('')}"`;
}

function quotedCharacter(character: string): string {
  const named = NAMES[character];
  if (named !== undefined) return named;
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (isSurrogate(code)) return '\ufffd';
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const LARGEST_INT = 2n ** 63n;

/**
 * A number as Go writes it: `5` is an int, `5.0` and `5e3` are floats. Octal, binary and imaginary numbers, and
 * underscores, aren't supported.
 */
export function numberOf(text: string): bigint | number | undefined {
  const digits = text.replace(/^[+-]/, '');
  const negative = text.startsWith('-');
  if (/^(?:0|[1-9]\d*|0[xX][\da-fA-F]+)$/.test(digits)) {
    const value = negative ? -BigInt(digits) : BigInt(digits);
    return value >= -LARGEST_INT && value < LARGEST_INT ? value : undefined;
  }
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits) || /^0\d+$/.test(digits)) return undefined;
  const value = Number(digits);
  if (!Number.isFinite(value)) return undefined;
  return negative ? -value : value;
}
