import type { ParseOptions } from '../crds/canary.js';
import { parseAlertProvider } from '../crds/alert-provider.js';
import { parseMetricTemplate, type MetricTemplate } from '../crds/metric-template.js';
import type { CanarySpec } from '../crds/schema/canary.js';
import { canarySpecSchema } from '../crds/schema/canary.js';
import type { Canary, NamespacedRef } from '../crds/types.js';
import { policyOfCanary } from '../crds/policy.js';
import { parseStatus } from '../crds/status.js';
import { isActive } from '../domain/phases.js';
import { KubeError } from '../kube/kube-error.js';
import {
  ALERT_PROVIDERS,
  CANARIES,
  DAEMON_SETS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  METRIC_TEMPLATES,
  SCALED_OBJECTS,
  SERVICES,
  type KubeObject,
} from '../kube/object.js';
import type { Settings } from '../settings.js';
import { bestCase } from './duration.js';
import { foreignTo } from './foreign.js';
import type { ObjectSettings } from './object-settings.js';
import type { Manifests } from './manifest.js';
import { APISIX_ROUTE, apisixRouteSchema } from './objects/apisix-route.js';
import { autoscalerSchema } from './objects/autoscaler.js';
import { serviceSchema } from './objects/service.js';
import { daemonSetSchema, deploymentSchema } from './objects/target.js';
import { sourcesOf, templateKey, type Known, type Subject, type WrittenAlertProvider } from './subject.js';
import type { ObjectLookup } from './object-lookup.js';
import type { z } from 'zod';
import { firstComplaint, refused } from '../crds/refusal.js';
import type { LookupResult } from './object-lookup.js';

/**
 * Collects what the rules need to know of a Canary.
 *
 * @param object the Canary as written
 * @throws TransientError where the cluster can't be reached
 */
export async function subjectOf(
  canary: Canary,
  object: KubeObject,
  manifests: Manifests,
  lookup: ObjectLookup,
  settings: Pick<Settings, 'metricWindow'> & Partial<ObjectSettings>,
  options: ParseOptions,
): Promise<Subject> {
  const spec = canarySpecSchema.parse(object['spec']);
  const { namespace, autoscalerRef, routeRef, provider } = canary;
  const { others, ...neighbours } = await neighboursOf(canary, manifests, lookup);
  const target = await targetOf(canary, lookup);
  return {
    canary,
    spec,
    raisedFromSeconds: raisedFrom(spec, canary),
    best: bestCase(policyOfCanary(canary), podsOf(canary, target)),
    metricWindow: settings.metricWindow,
    target,
    service: await serviceOf(canary, lookup),
    primaryReplicas: await primaryReplicas(canary, lookup),
    autoscaler:
      autoscalerRef &&
      known(await lookup.look(AUTOSCALERS[autoscalerRef.kind], namespace, autoscalerRef.name), autoscalerSchema),
    route:
      provider === 'apisix' && routeRef
        ? known(await lookup.look(APISIX_ROUTE, namespace, routeRef.name), apisixRouteSchema)
        : undefined,
    templates: await templatesOf(canary, lookup),
    alertProviders: await alertProvidersOf(canary, lookup),
    ...neighbours,
    foreign: await foreignTo(canary, others, manifests, lookup, { parsing: options, settings }),
  };
}

function raisedFrom({ analysis }: CanarySpec, canary: Canary): number | undefined {
  return analysis.interval.seconds < canary.analysis.intervalSeconds ? analysis.interval.seconds : undefined;
}

/** By the kind alone: a user's `apiVersion` must not become an address. */
const AUTOSCALERS = { HorizontalPodAutoscaler: HORIZONTAL_POD_AUTOSCALERS, ScaledObject: SCALED_OBJECTS } as const;

async function targetOf(
  { namespace, targetRef: { kind, name } }: Canary,
  lookup: ObjectLookup,
): Promise<Subject['target']> {
  switch (kind) {
    case 'Deployment':
      return known(await lookup.look(DEPLOYMENTS, namespace, name), deploymentSchema);
    case 'DaemonSet':
      return known(await lookup.look(DAEMON_SETS, namespace, name), daemonSetSchema);
    case 'Service':
      return undefined;
  }
}

async function serviceOf(
  { namespace, targetRef: { kind, name } }: Canary,
  lookup: ObjectLookup,
): Promise<Subject['service']> {
  if (kind !== SERVICES.kind) return undefined;
  return known(await lookup.look(SERVICES, namespace, name), serviceSchema);
}

async function primaryReplicas(canary: Canary, lookup: ObjectLookup): Promise<number | undefined> {
  const { kind, primaryName } = canary.targetRef;
  if (kind !== 'Deployment') return undefined;
  const primary = known(await lookup.look(DEPLOYMENTS, canary.namespace, primaryName), deploymentSchema);
  return primary.state === 'found' ? primary.value.replicas : undefined;
}

async function templatesOf(canary: Canary, lookup: ObjectLookup): Promise<ReadonlyMap<string, Known<MetricTemplate>>> {
  const templates = new Map<string, Known<MetricTemplate>>();
  for (const { source } of sourcesOf(canary)) {
    if (source.kind !== 'template' || templates.has(templateKey(source.templateRef))) continue;
    templates.set(templateKey(source.templateRef), await templateOf(source.templateRef, lookup));
  }
  return templates;
}

async function alertProvidersOf(canary: Canary, lookup: ObjectLookup): Promise<Subject['alertProviders']> {
  const providers = new Map<string, WrittenAlertProvider>();
  for (const { providerRef } of canary.analysis.alerts) {
    const key = templateKey(providerRef);
    if (!providers.has(key)) providers.set(key, await alertProviderOf(providerRef, lookup));
  }
  return providers;
}

async function alertProviderOf(
  { namespace, name }: NamespacedRef,
  lookup: ObjectLookup,
): Promise<WrittenAlertProvider> {
  const result = await lookup.look(ALERT_PROVIDERS, namespace, name);
  if (result.state !== 'found') return { known: result, written: [] };
  const parsed = parseAlertProvider(result.object);
  if (!parsed.ok) return { known: { state: 'broken', refusal: parsed.refusal }, written: [] };
  const written = Object.keys(result.object['spec'] as object);
  return { known: { state: 'found', value: parsed.value, given: result.given }, written };
}

async function templateOf({ namespace, name }: NamespacedRef, lookup: ObjectLookup): Promise<Known<MetricTemplate>> {
  const result = await lookup.look(METRIC_TEMPLATES, namespace, name);
  if (result.state !== 'found') return result;
  const parsed = parseMetricTemplate(result.object);
  if (!parsed.ok) return { state: 'broken', refusal: parsed.refusal };
  return { state: 'found', value: parsed.value, given: result.given };
}

/** The Canaries of the namespace: those of the file replace those of the same name in the cluster. */
async function neighboursOf(
  { name, namespace, targetRef }: Canary,
  manifests: Manifests,
  { cluster }: ObjectLookup,
): Promise<Pick<Subject, 'rivals' | 'underWay'> & { readonly others: readonly KubeObject[] }> {
  const given = manifests.canaries.filter(({ metadata }) => metadata.namespace === namespace);
  const there = cluster ? await canariesIn(cluster, namespace) : [];
  const isGiven = ({ metadata }: KubeObject): boolean => given.some((one) => one.metadata.name === metadata.name);
  const all = [...given, ...there.filter((one) => !isGiven(one))];
  const others = all.filter((one) => one.metadata.name !== name);
  const rivals = others.filter((one) => sameTarget(one, targetRef));
  const own = there.find(({ metadata }) => metadata.name === name);
  return {
    others,
    rivals: [...new Set(rivals.map(({ metadata }) => metadata.name))],
    underWay: own !== undefined && isActive(parseStatus(own['status']).phase),
  };
}

async function canariesIn(
  cluster: NonNullable<ObjectLookup['cluster']>,
  namespace: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await cluster.list(CANARIES, { namespace })).items;
  } catch (error) {
    // The kind may not exist yet, and the user may lack permission to list Canaries.
    if (error instanceof KubeError && (error.status === 403 || error.notFound)) return [];
    throw error;
  }
}

const refSchema = canarySpecSchema.shape.targetRef;

function sameTarget(other: KubeObject, { kind, name }: Canary['targetRef']): boolean {
  const spec = (other['spec'] ?? {}) as { readonly targetRef?: unknown };
  const { data } = refSchema.safeParse(spec.targetRef);
  return data?.kind === kind && data.name === name;
}

/** The facts about an object, after it has been looked up. */
function known<T>(result: LookupResult, schema: z.ZodType<T>): Known<T> {
  if (result.state !== 'found') return result;
  const parsed = schema.safeParse(result.object);
  if (parsed.success) return { state: 'found', value: parsed.data, given: result.given };
  return { state: 'broken', refusal: complaint(parsed.error, result.object) };
}

function complaint(error: z.ZodError, object: KubeObject) {
  const { field, value, remedy } = refused(firstComplaint(error, object), 0).refusal;
  return { field, value, remedy };
}

/** As many as the target's manifest says; undefined where an autoscaler does, or the target rests. */
function podsOf({ autoscalerRef }: Canary, target: Subject['target']): number | undefined {
  if (autoscalerRef || target?.state !== 'found' || target.value.kind !== 'Deployment') return undefined;
  return target.value.replicas === 0 ? undefined : target.value.replicas;
}
