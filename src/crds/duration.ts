/** Nanoseconds by unit, as Go's `time` package names them. */
const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, micro sign
  μs: 1e3, // U+03BC, Greek letter mu
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;
const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
/** Longer than any real one; without a limit parsing time would grow faster than the text. */
const LONGEST = 100;
/** Go holds a duration in a signed 64-bit number of nanoseconds, about 292 years. */
const LIMIT = 2 ** 63;

/**
 * Reads a duration in the syntax of Go's `time.ParseDuration`: `90s`, `1m30s`, `1.5h`, `-10ms`, `0`.
 *
 * @returns milliseconds, or undefined where Go would report an error
 */
export function parseGoDuration(text: string): number | undefined {
  if (text.length > LONGEST) return undefined;
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return undefined;
  let nanoseconds = 0;
  for (const [, amount = '', unit = ''] of text.replace(/^[+-]/, '').matchAll(PART)) {
    nanoseconds += Math.trunc(Number((Number(amount) * (NANOSECONDS[unit] ?? NaN)).toFixed(3)));
  }
  if (!(nanoseconds < LIMIT)) return undefined;
  return (text.startsWith('-') ? 0 - nanoseconds : nanoseconds) / 1e6;
}

/**
 * Prints a duration like Go's `time.Duration.String`: `500ms`, `1.515s`, `1m2s`, `1h0m0s`, `0s`.
 *
 * @param milliseconds may have a fraction, and is rounded to whole nanoseconds; exact up to 100 days
 */
export function formatGoDuration(milliseconds: number): string {
  const nanoseconds = Math.round(Math.abs(milliseconds) * 1e6);
  if (nanoseconds === 0) return '0s';
  return (milliseconds < 0 ? '-' : '') + (nanoseconds < 1e9 ? belowSecond(nanoseconds) : fromSecond(nanoseconds));
}

function belowSecond(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${decimal(nanoseconds, 3)}µs`;
  return `${decimal(nanoseconds, 6)}ms`;
}

function fromSecond(nanoseconds: number): string {
  const minutes = Math.floor(nanoseconds / 6e10);
  const seconds = `${decimal(nanoseconds - minutes * 6e10, 9)}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}

/** A whole number with its last `places` digits behind the point, without zeros at the end. */
function decimal(value: number, places: number): string {
  const digits = String(value).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  const whole = digits.slice(0, -places);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
