/** Hexadecimal digits of `$request_id` that are looked at: a share is exact to 1/65536. */
const DIGITS = 4;

/**
 * A regular expression that holds for a share of all requests: nginx gives each request a random `$request_id` of 32
 * hexadecimal digits, and those of them whose first digits are below a bound are the share.
 *
 * @param percent whole, above 0 and below 100
 */
export function shareOfRequests(percent: number): string {
  const bound = Math.round((percent / 100) * 16 ** DIGITS)
    .toString(16)
    .padStart(DIGITS, '0');
  const below = [...bound].flatMap((digit, position) =>
    digit === '0' ? [] : [bound.slice(0, position) + upTo(Number.parseInt(digit, 16) - 1)],
  );
  return `^(?:${below.join('|')})`;
}

/** Any digit from 0 to `last`. */
function upTo(last: number): string {
  if (last === 0) return '0';
  return last < 10 ? `[0-${last}]` : `[0-9a-${last.toString(16)}]`;
}
