import type { Report } from '../../check/check.js';
import type { Forecast } from '../../check/forecast.js';
import type { CheckAnswer, CheckedCanary } from '../schema/check.js';

/** Reports as JSON, for answers and for programs. */
export function answerOf(reports: readonly Report[]): CheckAnswer {
  return { canaries: reports.map(checkedCanary) };
}

function checkedCanary({ namespace, name, findings, best, metrics, forecast }: Report): CheckedCanary {
  return {
    namespace,
    name,
    findings: [...findings],
    ...(best ? { best: { ...best, weights: [...best.weights] } } : {}),
    ...(metrics ? { metrics: metrics.map(withFiniteValue) } : {}),
    ...(forecast ? { forecast: sentForecast(forecast) } : {}),
  };
}

/** JSON has no infinity. */
function withFiniteValue<T extends { readonly value?: number }>(metric: T): T {
  const { value, ...rest } = metric;
  return value === undefined || Number.isFinite(value) ? metric : ({ ...rest } as T);
}

function sentForecast(forecast: NonNullable<Report['forecast']>): NonNullable<CheckedCanary['forecast']> {
  if ('unknown' in forecast) return forecast;
  const { traffic, weights, healthy, fiveTimes } = forecast;
  return { traffic, weights: weights.map(withoutUndefined), healthy, fiveTimes };
}

/** Durations of more than a week are left out. */
function withoutUndefined({ weight, ...seconds }: Forecast['weights'][number]) {
  const known = Object.entries(seconds).filter(([, value]) => value !== undefined);
  return { weight, ...(Object.fromEntries(known) as Partial<Record<keyof typeof seconds, number>>) };
}
