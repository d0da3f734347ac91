/** A number for people: three significant digits, more where it is large. */
export function number(value: number, locale: string): string {
  const digits = Math.abs(value) >= 100 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat(locale, digits).format(value);
}

export function percent(value: number, locale: string): string {
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value)}%`;
}

/** Built-in metrics with their units; the unit of a user's own metric is unknown. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['request-success-rate', '%'],
  ['request-duration', ' ms'],
]);

/** A metric's value with its unit, where that is known. */
export function measured(metric: string, value: number, locale: string): string {
  return `${number(value, locale)}${UNITS.get(metric) ?? ''}`;
}

/** `≥ 99%`, `≤ 500 ms`, or both; empty where there is no bound. */
export function range(metric: string, bounds: { min?: number; max?: number }, locale: string): string {
  const parts = [
    ...(bounds.min === undefined ? [] : [`≥ ${measured(metric, bounds.min, locale)}`]),
    ...(bounds.max === undefined ? [] : [`≤ ${measured(metric, bounds.max, locale)}`]),
  ];
  return parts.join(', ');
}
