import type { BuiltinMetric } from '../../crds/schema/checks.js';
import type { Range } from '../../crds/types.js';
import type { Finding } from '../finding.js';
import { about, sourcesOf, type Lint, type PlacedSource, type Subject } from '../subject.js';

/** Ranges that turn a check upside down, that nothing meets, or that everything does. */
export const rangesJudge: Lint = (subject) =>
  sourcesOf(subject.canary).flatMap((placed) => {
    const found = verdictOn(placed, rangeAsWritten(subject, placed.field));
    return found === undefined ? [] : [about(subject, found)];
  });

type Verdict = Omit<Finding, 'object'>;

/** Whether the user has set bounds at all: defaults are easily overlooked. */
interface Written {
  readonly range: boolean;
  readonly threshold: boolean;
}

function rangeAsWritten({ spec }: Subject, field: string): Written {
  const index = Number(/\[(\d+)\]$/.exec(field)?.[1]);
  const metric = spec.analysis.metrics?.[index];
  return { range: metric?.thresholdRange !== undefined, threshold: metric?.threshold !== undefined };
}

function verdictOn({ field, metric, source }: PlacedSource, written: Written): Verdict | undefined {
  const place: Place = { field, metric, range: source.range, written };
  if (written.range && source.range.min === undefined && source.range.max === undefined) return empty(place);
  return source.kind === 'builtin' ? BUILTIN[source.builtin](place) : ofQuery(place);
}

interface Place {
  readonly field: string;
  readonly metric: string;
  readonly range: Range;
  readonly written: Written;
}

const BUILTIN: Readonly<Record<BuiltinMetric, (place: Place) => Verdict | undefined>> = {
  'request-success-rate': ofSuccessRate,
  'request-duration': ofDuration,
};

function empty({ field }: Place): Verdict {
  return {
    rule: 'never-halts',
    severity: 'warning',
    field: `${field}.thresholdRange`,
    message: 'it has no bounds, so any value passes',
    remedy: 'set min, max or both',
  };
}

function ofSuccessRate(place: Place): Verdict | undefined {
  const { min, max } = place.range;
  if (max !== undefined && max < 100) {
    return wrongSign(place, 'max', max, `a success rate above ${max} % fails: the better the canary, the sooner`, {
      severity: 'error',
      remedy: 'use min, such as 99',
    });
  }
  if (min === undefined || min <= 0) {
    return {
      rule: 'never-halts',
      severity: 'warning',
      field: bound(place, 'min'),
      ...(min === undefined || !anyWritten(place) ? {} : { value: min }),
      message: 'no success rate is too low to pass',
      remedy: 'set thresholdRange.min to the least percentage that will do, such as 99',
    };
  }
  if (min > 100) return neverPasses(place, 'min', min, 'no success rate is above 100 %', 'use 100 or less, such as 99');
  if (min > 1) return undefined;
  return {
    rule: 'suspicious-unit',
    severity: 'warning',
    field: bound(place, 'min'),
    value: min,
    message: `the unit is percent: a canary that fails ${100 - min} % of its requests passes`,
    remedy: `use ${min * 100}`,
  };
}

function ofDuration(place: Place): Verdict | undefined {
  const { min, max } = place.range;
  if (max === undefined) {
    return (min ?? 0) <= 0
      ? {
          rule: 'never-halts',
          severity: 'warning',
          field: bound(place, 'max'),
          message: 'no request is too slow to pass',
          remedy: 'set thresholdRange.max to the longest that will do, in milliseconds',
        }
      : wrongSign(place, 'min', min ?? 0, `what answers faster than ${min} ms fails, and what is slower passes`, {
          severity: 'error',
          remedy: 'use max, in milliseconds',
        });
  }
  if (max >= 1) return undefined;
  const message = anyWritten(place)
    ? 'durations are whole milliseconds, and none is that short: every canary fails'
    : 'there is no threshold, so everything above 0 ms fails';
  return neverPasses(place, 'max', max, message, 'set thresholdRange.max in milliseconds, such as 500');
}

/** Names of metrics that should be low, and of those that should be high. */
const BAD =
  /[45]xx|\b[45]\d\d(s|\b)|error|fail|not.?found|latency|duration|lag|reject|drop|time.?out|restart|crash|saturation/i;
const GOOD = /success|availab|uptime|apdex|satisf|hit.?rat/i;

function ofQuery(place: Place): Verdict | undefined {
  const { metric, range } = place;
  const { min, max } = range;
  if (!anyWritten(place)) {
    return {
      rule: 'no-threshold',
      severity: 'warning',
      field: bound(place, 'max'),
      message: `${metric} has no threshold, so everything above 0 fails`,
      remedy: 'set thresholdRange.min, max or both',
    };
  }
  if (max !== undefined && max < 0) {
    const message = `${metric} fails above ${max}: counts, rates and durations are never below 0`;
    return wrongSign(place, 'max', max, message, { severity: 'warning', remedy: 'use 0 or more' });
  }
  const [bad, good] = [BAD.test(metric), GOOD.test(metric)];
  if (bad && !good && max === undefined && min !== undefined && min > 0) {
    const message = `by its name, ${metric} should be low, and it fails below ${min}`;
    return wrongSign(place, 'min', min, message, { severity: 'warning', remedy: `use max instead of min` });
  }
  if (good && !bad && min === undefined && max !== undefined) {
    const message = `by its name, ${metric} should be high, and it fails above ${max}`;
    return wrongSign(place, 'max', max, message, { severity: 'warning', remedy: `use min instead of max` });
  }
  return undefined;
}

function wrongSign(
  place: Place,
  side: 'min' | 'max',
  value: number,
  message: string,
  { severity, remedy }: Pick<Finding, 'severity' | 'remedy'>,
): Verdict {
  return { rule: 'wrong-sign', severity, field: bound(place, side), value, message, remedy };
}

function neverPasses(place: Place, side: 'min' | 'max', value: number, message: string, remedy: string): Verdict {
  const shown = anyWritten(place) ? { value } : {};
  return { rule: 'never-passes', severity: 'error', field: bound(place, side), ...shown, message, remedy };
}

function anyWritten({ written }: Place): boolean {
  return written.range || written.threshold;
}

/** `threshold` is a bound too, on the metric's usual side. */
function bound({ field, written }: Place, side: 'min' | 'max'): string {
  return written.threshold && !written.range ? `${field}.threshold` : `${field}.thresholdRange.${side}`;
}
