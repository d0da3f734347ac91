/** Parts of a duration, the largest first: at most two are shown. */
export interface Span {
  readonly value: number;
  readonly unit: 'day' | 'hour' | 'minute' | 'second';
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** @param seconds not negative; parts of a second are left out */
export function spans(seconds: number): readonly Span[] {
  let rest = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first < 0) return [{ value: 0, unit: 'second' }];
  const spans: Span[] = [];
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const value = Math.floor(rest / size);
    rest -= value * size;
    if (value > 0) spans.push({ value, unit });
  }
  return spans;
}

/** `4m 12s`, or as the language has it. */
export function duration(seconds: number, locale: string): string {
  const format = (unit: Span['unit'], value: number): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value);
  return spans(seconds)
    .map(({ unit, value }) => format(unit, value))
    .join(' ');
}

/** `3 minutes ago`, short `3 min ago`. @param now milliseconds since 1970 */
export function ago(at: string, now: number, locale: string, style: 'long' | 'short' = 'long'): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  const [{ value, unit } = { value: 0, unit: 'second' as const }] = spans(seconds);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style }).format(-value, unit);
}

export function clock(at: string | number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(new Date(at));
}

export function dateAndTime(at: string | number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/**
 * A text with its times in the user's time zone: without the date where it is today.
 *
 * @param now milliseconds since 1970
 */
export function withLocalTimes(text: string, locale: string, now = Date.now()): string {
  const today = new Date(now).toDateString();
  return text.replace(ISO, (at) =>
    new Date(at).toDateString() === today ? clock(at, locale) : dateAndTime(at, locale),
  );
}
