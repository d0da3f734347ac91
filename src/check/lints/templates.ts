import type { MetricTemplate } from '../../crds/metric-template.js';
import type { MetricSource } from '../../crds/types.js';
import { TemplateError } from '../../metrics/gotemplate/error.js';
import { queryNamesOf, renderQuery } from '../../metrics/model.js';
import { complaintAboutQuery } from '../../metrics/registry.js';
import type { Finding } from '../finding.js';
import { about, sourcesOf, templateKey, type Lint, type PlacedSource, type Subject } from '../subject.js';
import { dividesTheOthers } from './inverted.js';

/** Metrics of a MetricTemplate: mistakes that show without a query. */

type TemplateSource = Extract<MetricSource, { kind: 'template' }>;

interface Use extends PlacedSource {
  readonly source: TemplateSource;
  readonly template: MetricTemplate;
}

/** Providers that are queried for a time span, and need one. */
const NEED_INTERVAL = ['datadog', 'newrelic', 'cloudwatch', 'dynatrace', 'splunk', 'signoz'];

export const templatesRender: Lint = (subject) =>
  usesOf(subject).flatMap((use) => {
    const { source, template } = use;
    const interval = source.interval?.text ?? '';
    try {
      const names = { ...queryNamesOf(subject.canary), interval, variables: source.variables };
      const complaint = complaintAboutQuery(template.provider.type, renderQuery(template.query, names));
      if (complaint === undefined) return [];
      return [
        {
          rule: 'query-unreadable',
          severity: 'error' as const,
          object: titleOf(template),
          field: 'spec.query',
          message: `${template.provider.type} can't read it: ${complaint}`,
          remedy: `mend it: ${use.metric} would halt every release`,
        },
      ];
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return [
        {
          rule: 'template-unreadable',
          severity: 'error' as const,
          object: titleOf(template),
          field: 'spec.query',
          message: `${error.message}; ${use.metric} would halt every release`,
          remedy: 'mend the template, or set what it asks for in templateVariables of the metric',
        },
      ];
    }
  });

export const templatesHaveInterval: Lint = (subject) =>
  usesOf(subject).flatMap(({ field, metric, source, template }) => {
    if (source.interval !== undefined) return [];
    const { type } = template.provider;
    const needed = NEED_INTERVAL.includes(type);
    if (!needed && !/\{\{[^{}]*\binterval\b/.test(template.query)) return [];
    const why = needed ? `${type} is asked about a span of time` : 'the query has {{ interval }} in it';
    return [
      about(subject, {
        rule: 'template-without-interval',
        severity: 'error',
        field: `${field}.interval`,
        message: `${metric} has no interval, and templates have no default: ${why}`,
        remedy: 'set it, such as 1m',
      }),
    ];
  });

/** APISIX, Gloo, Kuma and Traefik: generated objects are named after the Service there. */
const NAMED_AFTER_SERVICE = ['apisix', 'gloo', 'kuma', 'traefik'];

export const templatesNameTheService: Lint = (subject) => {
  const { provider, service, targetRef } = subject.canary;
  if (service.name === targetRef.name || !NAMED_AFTER_SERVICE.includes(provider)) return [];
  return usesOf(subject).flatMap(({ metric, template }) =>
    /\{\{-?\s*target\s*-?\}\}-canary/.test(template.query)
      ? [
          {
            rule: 'template-names-target',
            severity: 'warning' as const,
            object: titleOf(template),
            field: 'spec.query',
            message: `${metric} asks for "${targetRef.name}-canary", and ${provider} knows it as "${service.name}-canary": it finds nothing`,
            remedy: 'use {{ service }} instead of {{ target }}',
          },
        ]
      : [],
  );
};

/** The query of the 404s percentage that yields about 100 where all is well. */
export const ratiosAreMeantSo: Lint = (subject) =>
  usesOf(subject).flatMap(({ metric, source, template }): Finding[] => {
    const { min, max } = source.range;
    const left = dividesTheOthers(template.query);
    if (left === undefined || max === undefined || min !== undefined) return [];
    return [
      {
        rule: 'inverted-ratio',
        severity: 'warning',
        object: titleOf(template),
        field: 'spec.query',
        message: `it counts what does not match ${left} and divides it by all, so ${metric} is high where all is well, and the metric fails above ${max}`,
        remedy: `match ${left} instead of excluding it, or set thresholdRange.min instead of max`,
      },
    ];
  });

function usesOf(subject: Subject): readonly Use[] {
  return sourcesOf(subject.canary).flatMap((placed) => {
    if (placed.source.kind !== 'template') return [];
    const template = subject.templates.get(templateKey(placed.source.templateRef));
    return template?.state === 'found' ? [{ ...placed, source: placed.source, template: template.value }] : [];
  });
}

function titleOf({ name }: MetricTemplate): string {
  return `MetricTemplate/${name}`;
}
