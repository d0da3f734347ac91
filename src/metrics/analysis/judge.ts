import { formatGoDuration } from '../../crds/duration.js';
import type { BuiltinMetric } from '../../crds/schema/checks.js';
import type { Metric, Range } from '../../crds/types.js';
import type { MetricResult } from '../../domain/findings.js';
import { formatFixed, formatFloat } from '../go-format.js';
import type { QueryNames } from '../model.js';

/** The result of querying a value. */
export type Reading =
  | { readonly value: number }
  | {
      readonly failure: string;
      /** It says nothing about the canary: the provider is to blame, or it is too early. */
      readonly providerError?: true;
      readonly noValues?: true;
    };

/** The wording of a value and its bounds: `success rate 98.50% < 99%`. */
interface Wording {
  readonly label: string;
  readonly value: (value: number) => string;
  readonly bound: (bound: number) => string;
}

const BUILTIN_WORDINGS: Readonly<Record<BuiltinMetric, Wording>> = {
  'request-success-rate': {
    label: 'success rate',
    value: (percent) => `${formatFixed(percent, 2)}%`,
    bound: (percent) => `${formatFloat(percent)}%`,
  },
  'request-duration': { label: 'request duration', value: duration, bound: duration },
};

/**
 * Compares a reading with its range, bounds included. An infinite value is judged, and left out of the result.
 *
 * @param builtin the built-in check, if it is one
 */
export function judge(
  reading: Reading,
  { name }: Metric,
  range: Range,
  names: QueryNames,
  builtin?: BuiltinMetric,
): MetricResult {
  if ('failure' in reading) {
    const { failure, ...why } = reading;
    return { metric: name, ok: false, ...range, message: failure, ...why };
  }
  const { value } = reading;
  const wording = builtin ? BUILTIN_WORDINGS[builtin] : { label: name, value: twoPlaces, bound: formatFloat };
  const broken = brokenBound(value, range, wording);
  return {
    metric: name,
    ok: broken === undefined,
    ...(Number.isFinite(value) ? { value } : {}),
    ...range,
    ...(broken === undefined
      ? {}
      : {
          message: `Halt ${names.name}.${names.namespace} advancement ${wording.label} ${wording.value(value)} ${broken}`,
        }),
  };
}

function brokenBound(value: number, { min, max }: Range, { bound }: Wording): string | undefined {
  if (min !== undefined && value < min) return `< ${bound(min)}`;
  if (max !== undefined && value > max) return `> ${bound(max)}`;
  return undefined;
}

function twoPlaces(value: number): string {
  return formatFixed(value, 2);
}

function duration(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? formatGoDuration(milliseconds) : formatFloat(milliseconds);
}
