import type { Finding } from '../finding.js';
import { about, sourcesOf, type Subject } from '../subject.js';
import type { LiveMetric } from './metric.js';
import { unitOf } from './unit.js';

/**
 * Findings about the policy from the present values.
 *
 * @param known findings of the rules; they aren't repeated
 */
export function findingsOf(
  subject: Subject,
  metrics: readonly LiveMetric[],
  known: readonly Finding[],
): readonly Finding[] {
  const fresh = metrics.filter((metric) => metric.verdict !== 'broken' || !isExplained(subject, metric, known));
  return [...circumstances(subject, metrics), ...fresh.flatMap((metric) => findingOf(subject, metric))];
}

/** Rules that explain why a metric can't be read. */
const EXPLAINING = ['missing-object', 'template-without-interval'];

function isExplained({ canary }: Subject, { field, kind }: LiveMetric, known: readonly Finding[]): boolean {
  const templates = sourcesOf(canary).flatMap((placed) =>
    placed.field === field && placed.source.kind === 'template' ? [placed.source.templateRef.name] : [],
  );
  return (
    kind === 'template' &&
    known.some(
      (finding) =>
        (EXPLAINING.includes(finding.rule) && finding.field.startsWith(`${field}.`)) ||
        (finding.severity === 'error' && templates.some((name) => finding.object === `MetricTemplate/${name}`)),
    )
  );
}

function circumstances(subject: Subject, metrics: readonly LiveMetric[]): readonly Finding[] {
  const { primaryName } = subject.canary.service;
  const found: Finding[] = [];
  if (metrics.some(({ of }) => of === 'target')) {
    found.push(
      about(subject, {
        rule: 'no-primary-yet',
        severity: 'info',
        field: 'spec.targetRef.name',
        value: subject.canary.targetRef.name,
        message: `nothing serves behind ${primaryName} yet, so the metrics were asked about the target itself`,
        remedy: 'check again when the Canary is initialised',
      }),
    );
  }
  if (subject.underWay && metrics.length > 0) {
    found.push(
      about(subject, {
        rule: 'release-under-way',
        severity: 'info',
        field: 'status.phase',
        message: 'a release is under way, so some of the values may be those of primary and canary together',
        remedy: 'check again when it has ended',
      }),
    );
  }
  return found;
}

function findingOf(subject: Subject, live: LiveMetric): readonly Finding[] {
  const { metric, field, of, reason = '' } = live;
  switch (live.verdict) {
    case 'passes':
      return [];
    case 'halts':
      return [wouldHalt(subject, live)];
    case 'no-values':
      return [
        about(subject, {
          rule: 'no-values',
          severity: 'warning',
          field,
          value: metric,
          message: `no values found for ${metric}: the ${of} gets no requests now, or the query asks for what is not there`,
          remedy: 'send requests and check again; if it stays so, mend the query: a release without values halts',
        }),
      ];
    case 'broken':
      return [
        about(subject, {
          rule: 'metric-broken',
          severity: 'error',
          field,
          value: metric,
          message: `${metric} can't be read and would halt every release: ${reason}`,
          remedy: 'mend the query, or what it needs',
        }),
      ];
    case 'not-asked':
      return [
        about(subject, {
          rule: 'metric-not-asked',
          severity: 'info',
          field,
          value: metric,
          message: `${metric} was not asked for: ${reason}`,
          remedy: 'look at its value by hand before a release relies on it',
        }),
      ];
    case 'unreachable':
      return [
        about(subject, {
          rule: 'metric-unreachable',
          severity: 'error',
          field,
          value: metric,
          message: `${metric} could not be asked for: ${reason}`,
          remedy: 'check its address, and that it can be reached from where the check runs',
        }),
      ];
  }
}

function wouldHalt(subject: Subject, live: LiveMetric): Finding {
  const { metric, field, of, value = NaN, min, max } = live;
  const unit = unitOf(live);
  const above = max !== undefined && value > max;
  const bound = above ? max : (min ?? 0);
  return about(subject, {
    rule: 'would-halt',
    severity: 'error',
    field,
    value: metric,
    message: `${metric} is ${unit(value)} for the ${of} now, ${above ? 'above' : 'below'} ${unit(bound)}: it would halt every release`,
    remedy: remedyFor(live, value),
  });
}

/** People invert percentages, and take shares for percent. */
function remedyFor(live: LiveMetric, value: number): string {
  const { kind, min, max } = live;
  const unit = unitOf(live);
  const fits = (other: number): boolean => other >= (min ?? -Infinity) && other <= (max ?? Infinity);
  const wellMeant =
    'set the threshold to what a healthy primary shows, or mend the query; or is the primary not well now?';
  if (kind === 'builtin' || value < 0 || value > 100) return wellMeant;
  if (value <= 1 && fits(value * 100)) {
    return `the query seems to yield a share, not percent: 100 times its value, ${unit(value * 100)}, would pass`;
  }
  const whole = [1, 100].find((one) => value <= one && fits(one - value));
  if (whole === undefined) return wellMeant;
  return `the query seems to be the wrong way round: ${whole} minus its value, ${unit(whole - value)}, would pass`;
}
