import type { Report } from '../../check/check.js';
import type { CheckAnswer, CheckedCanary } from '../schema/check.js';

/** Reports as they are sent, and printed for programs. */
export function answerOf(reports: readonly Report[]): CheckAnswer {
  return { canaries: reports.map(checkedCanary) };
}

function checkedCanary({ namespace, name, findings, best, metrics }: Report): CheckedCanary {
  return {
    namespace,
    name,
    findings: [...findings],
    ...(best ? { best: { ...best, weights: [...best.weights] } } : {}),
    ...(metrics ? { metrics: metrics.map(withFiniteValue) } : {}),
  };
}

/** JSON has no infinity. */
function withFiniteValue<T extends { readonly value?: number }>(metric: T): T {
  const { value, ...rest } = metric;
  return value === undefined || Number.isFinite(value) ? metric : ({ ...rest } as T);
}
