import type { CheckedCanary } from '../../api/schema/check.js';
import { unitOf } from '../../check/live/unit.js';
import { formatGoDuration } from '../../crds/duration.js';
import { describeForecast } from '../judging/forecast.js';
import { coloured, table } from './output.js';

type Finding = CheckedCanary['findings'][number];
type LiveMetric = NonNullable<CheckedCanary['metrics']>[number];

/** What a check found out about a Canary, for people. @returns lines */
export function describeChecked({ name, namespace, findings, best, metrics, forecast }: CheckedCanary): string[] {
  return [
    `${name}.${namespace}: ${summary(findings)}`,
    ...(best ? [`  a release takes at best ${formatGoDuration(best.seconds * 1000)}: ${best.explanation}`] : []),
    ...findings.flatMap(findingLines),
    ...(metrics && metrics.length > 0 ? ['', ...metricLines(metrics)] : []),
    ...(forecast ? ['', ...describeForecast(forecast)] : []),
    '',
  ];
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

const WORDS = { error: 'error', warning: 'warning', info: 'hint' } as const;
const COLOURS = { error: 'red', warning: 'yellow', info: undefined } as const;

function summary(findings: readonly Finding[]): string {
  const counted = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [coloured(COLOURS[severity], plural(count, WORDS[severity]))];
  });
  return counted.length === 0 ? coloured('green', 'no problems found') : counted.join(', ');
}

function findingLines({ severity, rule, object, field, value, message, remedy }: Finding): string[] {
  const where = object.startsWith('Canary/') ? field : `${object} ${field}`;
  return [
    '',
    `  ${coloured(COLOURS[severity], WORDS[severity])} ${where}${value === undefined ? '' : `: ${value}`}  (${rule})`,
    `    ${message}`,
    `    ${remedy}`,
  ];
}

const VERDICTS: Readonly<Record<LiveMetric['verdict'], string>> = {
  passes: 'passes',
  halts: 'would halt',
  'no-values': 'no values',
  broken: 'can’t be read',
  unreachable: 'not reached',
  'not-asked': 'not asked',
};

function metricLines(metrics: readonly LiveMetric[]): string[] {
  const rows = metrics.map((live) => {
    const unit = unitOf(live);
    return [live.metric, live.value === undefined ? '-' : unit(live.value), range(live, unit), VERDICTS[live.verdict]];
  });
  return table([['METRIC', 'NOW', 'RANGE', 'VERDICT'], ...rows]).map((line) => `  ${line}`);
}

function range({ min, max }: LiveMetric, unit: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `${unit(min)} to ${unit(max)}`;
  if (min !== undefined) return `>= ${unit(min)}`;
  return max === undefined ? '' : `<= ${unit(max)}`;
}
