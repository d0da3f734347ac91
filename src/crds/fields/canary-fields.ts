import { jsonIn } from '../../domain/json.js';
import { createHash } from 'node:crypto';
import { alertProviderSpecSchema } from '../schema/alert-provider.js';
import { canarySpecSchema, type CanarySpec } from '../schema/canary.js';
import { metricTemplateSpecSchema } from '../schema/metric-template.js';
import { trafficFeatures } from '../traffic.js';
import { KnownFields, type UnknownField } from './unknown.js';
import { unusedByProvider, unusedInAnalysis, unusedInAutoscaler, type UnusedField } from './unused.js';

/**
 * Every field that a user has written is used, refused, or named by one of these two. `src/crds/rules` refuses those
 * that would change the meaning of a release.
 */

const KNOWN = {
  Canary: lazy(() => KnownFields.of(canarySpecSchema, 'spec')),
  MetricTemplate: lazy(() => KnownFields.of(metricTemplateSpecSchema, 'spec')),
  AlertProvider: lazy(() => KnownFields.of(alertProviderSpecSchema, 'spec')),
};

export type FieldsKind = keyof typeof KNOWN;

/** Beside the spec; a status in a manifest comes from `kubectl get -o yaml`. */
const TOP_LEVEL: readonly string[] = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/**
 * Fields of an object that the API server drops, because its schema doesn't have them.
 *
 * @param object as its user has written it
 */
export function unknownFields(kind: FieldsKind, object: object): readonly UnknownField[] {
  const above = Object.keys(object)
    .filter((key) => !TOP_LEVEL.includes(key))
    .map((field) => ({ field, hint: undefined }));
  return [...above, ...KNOWN[kind]().unknownIn(Reflect.get(object, 'spec'))];
}

/** Valid fields that have no effect. */
function unusedFields(spec: CanarySpec, provider: string): readonly UnusedField[] {
  return [
    ...unusedByProvider(spec, provider),
    ...unusedInAnalysis(spec.analysis, trafficFeatures(provider).weights),
    ...unusedInAutoscaler(spec.autoscalerRef),
  ];
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Fields that the API server has dropped when `kubectl apply` wrote the Canary: kubectl keeps its input in an
 * annotation. Other clients leave no trace of them.
 */
export function droppedFields(annotations: Readonly<Record<string, string>>): readonly UnknownField[] {
  const text = annotations[LAST_APPLIED];
  if (text === undefined) return [];
  const digest = createHash('sha256').update(text).digest('base64');
  const known = seen.get(digest);
  if (known) return known;
  const found = unknownIn(text);
  if (seen.size >= REMEMBERED) seen.clear();
  seen.set(digest, found);
  return found;
}

/** By digest: every tick sees the same text. */
const seen = new Map<string, readonly UnknownField[]>();
const REMEMBERED = 500;

function unknownIn(text: string): readonly UnknownField[] {
  const applied = jsonIn(text);
  return typeof applied === 'object' && applied !== null ? unknownFields('Canary', applied) : [];
}

/** Most events of one release about its fields; `serinus check` lists all mistakes. */
const MOST_NOTICES = 10;

/** In words for events. */
export function noticesOfFields(
  spec: CanarySpec,
  provider: string,
  annotations: Readonly<Record<string, string>>,
): readonly string[] {
  const all = [
    ...droppedFields(annotations).map(
      ({ field, hint }) => `${field} is no field of a Canary and has no effect${hint === undefined ? '' : `: ${hint}`}`,
    ),
    ...unusedFields(spec, provider).map(({ field, why }) => `${field} has no effect: ${why}`),
  ];
  if (all.length <= MOST_NOTICES) return all;
  const left = all.length - MOST_NOTICES;
  return [...all.slice(0, MOST_NOTICES), `${left} more fields have no effect, serinus check names them`];
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
