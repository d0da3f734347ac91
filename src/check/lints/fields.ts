import type { AlertProvider } from '../../crds/alert-provider.js';
import { droppedFields, unknownFields, type FieldsKind } from '../../crds/fields/canary-fields.js';
import type { UnknownField } from '../../crds/fields/unknown.js';
import { unusedByProvider, unusedInAutoscaler } from '../../crds/fields/unused.js';
import type { MetricTemplate } from '../../crds/metric-template.js';
import type { KubeObject } from '../../kube/object.js';
import type { Finding } from '../finding.js';
import { about, type Lint } from '../subject.js';

/** Unused fields: every field that a user has written is used, refused, or named here. */

/**
 * Fields of an object that the API server silently drops, because its schema doesn't have them.
 *
 * @param object as in the file; in the cluster only kubectl's annotation still shows them
 */
export function unknownIn(object: KubeObject): readonly Finding[] {
  if (!isOurs(object.kind)) return [];
  const dropped = object.kind === 'Canary' ? droppedFields(object.metadata.annotations ?? {}) : [];
  const written = unknownFields(object.kind, object);
  const fields = [...written, ...dropped.filter(({ field }) => !written.some((one) => one.field === field))];
  const title = `${object.kind}/${object.metadata.name}`;
  return fields.map((one) => findingOf(title, object.kind, one));
}

function isOurs(kind: string): kind is FieldsKind {
  return kind === 'Canary' || kind === 'MetricTemplate' || kind === 'AlertProvider';
}

function findingOf(object: string, kind: string, { field, hint }: UnknownField): Finding {
  return {
    rule: 'unknown-field',
    severity: 'warning',
    object,
    field,
    message: `no ${kind} has this field: the API server drops it, and it has no effect`,
    remedy: hint ?? 'remove it, or correct its name',
  };
}

/** Valid, and without effect with this traffic provider and this autoscaler. */
export const fieldsAreUsed: Lint = (subject) =>
  [...unusedByProvider(subject.spec, subject.canary.provider), ...unusedInAutoscaler(subject.spec.autoscalerRef)].map(
    ({ field, why, remedy }) =>
      about(subject, { rule: 'unused-field', severity: 'warning', field, message: `it has no effect: ${why}`, remedy }),
  );

/** Without a trigger of that name, the primary is scaled by the target's own query. */
export const scalerQueriesHaveTriggers: Lint = (subject) => {
  const { autoscalerRef } = subject.canary;
  if (autoscalerRef?.kind !== 'ScaledObject' || subject.autoscaler?.state !== 'found') return [];
  const { triggers } = subject.autoscaler.value;
  const names = triggers.flatMap(({ name }) => name ?? []);
  return Object.keys(autoscalerRef.primaryScalerQueries)
    .filter((query) => !names.includes(query))
    .map((query) => {
      const misplaced = triggers.some(({ metadata }) => metadata?.['name'] === query);
      const known = names.length === 0 ? 'its triggers have no names' : `it has ${names.join(', ')}`;
      return about(subject, {
        rule: 'query-without-trigger',
        severity: 'error',
        field: `spec.autoscalerRef.primaryScalerQueries.${query}`,
        message: `ScaledObject/${autoscalerRef.name} has no trigger of this name, ${known}: the primary would be scaled by the target's query`,
        remedy: misplaced
          ? 'set the name of the trigger beside its type; the one in its metadata means nothing'
          : 'use the name of a trigger, or name the trigger so',
      });
    });
};

/** The fields of an AlertProvider, besides its address, that each service for alerts uses. */
const ALERT_FIELDS: Readonly<Record<AlertProvider['type'], readonly ('channel' | 'username')[]>> = {
  alertmanager: [],
  discord: ['channel', 'username'],
  gchat: [],
  lark: [],
  msteams: [],
  rocket: ['channel', 'username'],
  slack: ['channel', 'username'],
  webhook: [],
};

export const alertFieldsAreUsed: Lint = ({ alertProviders }) =>
  [...alertProviders.values()].flatMap((one) => {
    if (one.known.state !== 'found') return [];
    const { type, name } = one.known.value;
    const takes = ALERT_FIELDS[type];
    return (['channel', 'username'] as const)
      .filter((field) => one.written.includes(field) && !takes.includes(field))
      .map((field): Finding => unusedOf(`AlertProvider/${name}`, `spec.${field}`, `${type} takes no ${field}`));
  });

/** Fields of a template's provider that only some vendors use. */
const ALL_OVER_HTTP = ['headers', 'insecureSkipVerify'] as const;
type TemplateField = 'address' | 'headers' | 'insecureSkipVerify' | 'region' | 'secretRef';

const UNUSED_BY_VENDOR: Partial<Record<MetricTemplate['provider']['type'], readonly TemplateField[]>> = {
  cloudwatch: ['address', ...ALL_OVER_HTTP, 'secretRef'],
  keptn: ['address', ...ALL_OVER_HTTP, 'secretRef', 'region'],
  stackdriver: [...ALL_OVER_HTTP, 'region'],
};

export const templateFieldsAreUsed: Lint = ({ templates }) =>
  [...templates.values()].flatMap((known) => {
    if (known.state !== 'found') return [];
    const { name, provider } = known.value;
    const unused = UNUSED_BY_VENDOR[provider.type] ?? ['region'];
    return unused
      .filter((field) => isSet(provider[field]))
      .map((field) =>
        unusedOf(`MetricTemplate/${name}`, `spec.provider.${field}`, `${provider.type} takes no ${field}`),
      );
  });

function isSet(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== '' && value !== false;
}

function unusedOf(object: string, field: string, why: string): Finding {
  return {
    rule: 'unused-field',
    severity: 'warning',
    object,
    field,
    message: `it has no effect: ${why}`,
    remedy: 'remove it',
  };
}
