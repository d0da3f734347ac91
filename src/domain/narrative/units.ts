/** Built-in metrics with their units; the unit of a user's own metric is unknown. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['request-success-rate', ' %'],
  ['request-duration', ' ms'],
]);
const DIGITS = 5;

/** A metric's value with its unit, where that is known. */
export function measured(metric: string, value: number): string {
  return `${Number(value.toPrecision(DIGITS))}${UNITS.get(metric) ?? ''}`;
}

/** `>= 99 %`, `<= 500 ms`, `0.2 to 0.8`; empty where there is no bound. */
export function rangeText(
  metric: string,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
): string {
  if (min !== undefined && max !== undefined) return `${min} to ${measured(metric, max)}`;
  if (min !== undefined) return `>= ${measured(metric, min)}`;
  return max === undefined ? '' : `<= ${measured(metric, max)}`;
}
