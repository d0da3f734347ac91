import { duration } from '../format/times.js';
import { number, percent } from '../format/numbers.js';
import type { Texts } from '../i18n/en.js';

export interface Figure {
  readonly name: string;
  readonly value: string;
}

const NOTHING = '–';

/** The figures of `GET /api/v1/dora` in words. What isn't known yet is a dash. */
export function figuresOf(data: unknown, t: Texts['releases']['dora'], locale: string): readonly Figure[] {
  const count = numberAt(data, 'deploymentFrequency', 'deployments');
  const perDay = numberAt(data, 'deploymentFrequency', 'perDay');
  const lead = numberAt(data, 'leadTime', 'medianSeconds');
  const failure = numberAt(data, 'changeFailureRate', 'percent');
  const restore = numberAt(data, 'timeToRestore', 'medianSeconds');
  return [
    { name: t.frequency, value: frequencyOf(count, perDay, t, locale) },
    { name: t.leadTime, value: lead === undefined ? NOTHING : duration(lead, locale) },
    { name: t.failure, value: failure === undefined ? NOTHING : percent(failure, locale) },
    { name: t.restore, value: restore === undefined ? NOTHING : duration(restore, locale) },
  ];
}

/** A rate below one a day is hard to read: the total is shown instead. */
function frequencyOf(
  count: number | undefined,
  perDay: number | undefined,
  t: Texts['releases']['dora'],
  locale: string,
): string {
  if (count === undefined || perDay === undefined) return NOTHING;
  return perDay < 1 ? t.inAll(count) : `${number(Math.round(perDay * 10) / 10, locale)} ${t.perDay}`;
}

function numberAt(data: unknown, ...path: readonly string[]): number | undefined {
  let at: unknown = data;
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return typeof at === 'number' ? at : undefined;
}
