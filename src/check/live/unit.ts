import { formatGoDuration } from '../../crds/duration.js';
import { formatFloat } from '../../metrics/go-format.js';
import type { LiveMetric } from './metric.js';

const DIGITS = 6;

/** How a metric's values are written. */
export function unitOf({ metric, kind }: Pick<LiveMetric, 'metric' | 'kind'>): (value: number) => string {
  const unit = kind === 'builtin' ? metric : 'plain';
  return (value) => {
    if (!Number.isFinite(value)) return formatFloat(value);
    if (unit === 'request-duration') return formatGoDuration(value);
    const text = formatFloat(Number(value.toPrecision(DIGITS)));
    return unit === 'request-success-rate' ? `${text} %` : text;
  };
}
