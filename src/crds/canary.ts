import type { z } from 'zod';
import type { Refusal } from '../domain/findings.js';
import { readApprovals, type Course, type ReadApprovals } from './approvals.js';
import { refusedBaseline } from './baseline.js';
import { excessOf } from './bounded/spec.js';
import { analysisOf } from './build/analysis.js';
import { serviceOf } from './build/service.js';
import { strategyOf } from './build/strategy.js';
import { noticesOfFields } from './fields/canary-fields.js';
import { frozen } from './freeze.js';
import { objectSchema, parseObject, specOf } from './object.js';
import { readJudgement, type DefaultJudgement } from './judgement.js';
import { readOwnSettings } from './own-settings.js';
import { complaints, refused, type Complaint, type Parsed } from './refusal.js';
import { complaintAbout, complaintsAbout } from './rules/canary-rules.js';
import type { RuleContext } from './rules/rule.js';
import { canarySpecSchema, type CanarySpec } from './schema/canary.js';
import { parseStatus } from './status.js';
import { SUPPORT, type Support } from './support.js';
import { trafficFeatures } from './traffic.js';
import type { Canary, CanaryService } from './types.js';

export type * from './types.js';

export interface ParseOptions {
  /** The provider of Canaries that name none. */
  readonly defaultProvider: string;
  /** URL of the Prometheus of Canaries that name none. */
  readonly defaultMetricsServer: string;
  /** Shorter intervals are raised to this; 10 where undefined. */
  readonly minIntervalSeconds?: number;
  /** References to other namespaces are refused; false where undefined. */
  readonly noCrossNamespaceRefs?: boolean;
  /** The judgement of Canaries without one of their own; `off` where undefined. */
  readonly defaultJudgement?: DefaultJudgement;
  /** What this version supports; its own table where undefined. */
  readonly support?: Support;
}

const MIN_INTERVAL_SECONDS = 10;
const PROGRESS_DEADLINE_SECONDS = 600;

const NO_SERVICE: Complaint = {
  field: 'spec.service',
  value: undefined,
  remedy: 'it is required: set its port to that of the service',
};

const schema = objectSchema('Canary', canarySpecSchema);

type CanaryObject = z.output<typeof schema>;

/**
 * Parses a Canary from the API server. Unknown fields are ignored. Never throws: an invalid Canary gives a refusal,
 * which names the first thing to fix.
 */
export function parseCanary(object: unknown, options: ParseOptions): Parsed<Canary> {
  const parsed = parseObject(schema, object);
  if (!parsed.ok) return parsed;
  const { metadata, spec } = parsed.value;
  const complaint = complaintAbout(spec, ruleContext(metadata.namespace, options));
  if (complaint) return refused(complaint, metadata.generation);
  // The schema allows it to be missing, for targets that bring their own Service.
  if (!spec.service) return refused(NO_SERVICE, metadata.generation);
  const read = approvalsOf(parsed.value, options);
  if (!read.ok) return refused(read.complaints[0], metadata.generation);
  const own = readOwnSettings(metadata.annotations, spec.provider ?? options.defaultProvider, spec.routeRef);
  if (!own.ok) return refused(own.complaints[0], metadata.generation);
  const judged = readJudgement(metadata.annotations, courseOf(parsed.value, options), options.defaultJudgement);
  if (!judged.ok) return refused(judged.complaints[0], metadata.generation);
  const service = serviceOf(spec.service, spec.targetRef.name);
  const asked = { approvals: read.approvals, own: own.settings, judgement: judged.judgement };
  return { ok: true, value: frozen(canaryOf(parsed.value, service, asked, options)) };
}

/** Only once the spec is valid: the gates of a release follow from it. */
function approvalsOf(object: CanaryObject, options: ParseOptions): ReadApprovals {
  return readApprovals(object.metadata.annotations, courseOf(object, options));
}

function courseOf({ spec }: CanaryObject, options: ParseOptions): Course {
  const provider = spec.provider ?? options.defaultProvider;
  const { strategy } = strategyOf(spec.analysis, provider);
  const metrics = (spec.analysis?.metrics ?? []).map(({ name }) => name);
  const refused = refusedBaseline({
    ...{ provider, strategy, routeRef: spec.routeRef, targetKind: spec.targetRef.kind },
    sessionAffinity: spec.analysis?.sessionAffinity !== undefined,
  });
  return { strategy, provider, routed: trafficFeatures(provider).weights, metrics, refusedBaseline: refused };
}

/**
 * Everything that is wrong with a Canary, where {@link parseCanary} returns the first thing; empty where it is valid.
 * The rules are only checked once the shape is right.
 */
export function refusalsOf(object: unknown, options: ParseOptions): readonly Refusal[] {
  const excess = excessOf(specOf(object));
  if (excess) return [refused(excess, 0).refusal];
  const parsed = schema.safeParse(object);
  if (!parsed.success) return complaints(parsed.error, object).map((complaint) => refused(complaint, 0).refusal);
  const { metadata, spec } = parsed.data;
  const found = complaintsAbout(spec, ruleContext(metadata.namespace, options));
  const read = found.length === 0 ? approvalsOf(parsed.data, options) : undefined;
  const approvals = read === undefined || read.ok ? [] : read.complaints;
  const own = readOwnSettings(metadata.annotations, spec.provider ?? options.defaultProvider, spec.routeRef);
  const judged = found.length === 0 ? readJudgement(metadata.annotations, courseOf(parsed.data, options)) : undefined;
  const judgement = judged === undefined || judged.ok ? [] : judged.complaints;
  const service = spec.service ? [] : [NO_SERVICE];
  return [...found, ...service, ...approvals, ...(own.ok ? [] : own.complaints), ...judgement].map(
    (complaint) => refused(complaint, metadata.generation).refusal,
  );
}

function ruleContext(namespace: string, options: ParseOptions): RuleContext {
  return {
    namespace,
    defaultProvider: options.defaultProvider,
    noCrossNamespaceRefs: options.noCrossNamespaceRefs ?? false,
    support: options.support ?? SUPPORT,
  };
}

function canaryOf(
  { apiVersion, kind, metadata, spec, status }: CanaryObject,
  service: CanaryService,
  asked: Pick<Canary, 'approvals' | 'own' | 'judgement'>,
  options: ParseOptions,
): Canary {
  const { name, namespace, uid } = metadata;
  const provider = spec.provider ?? options.defaultProvider;
  return {
    apiVersion,
    kind,
    ...metadata,
    deletionTimestamp: metadata.deletionTimestamp,
    owner: { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
    provider,
    metricsServer: spec.metricsServer || options.defaultMetricsServer,
    progressDeadlineSeconds: spec.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS,
    targetRef: { ...spec.targetRef, primaryName: `${spec.targetRef.name}-primary` },
    autoscalerRef: spec.autoscalerRef && autoscalerRefOf(spec.autoscalerRef),
    ingressRef: spec.ingressRef,
    routeRef: spec.routeRef,
    upstreamRef: spec.upstreamRef && { ...spec.upstreamRef, namespace: spec.upstreamRef.namespace || namespace },
    service,
    skipAnalysis: spec.skipAnalysis ?? false,
    revertOnDeletion: spec.revertOnDeletion ?? false,
    suspend: spec.suspend ?? false,
    analysis: analysisOf(spec.analysis, {
      namespace,
      provider,
      minIntervalSeconds: options.minIntervalSeconds ?? MIN_INTERVAL_SECONDS,
    }),
    ...asked,
    unused: noticesOfFields(spec, provider, metadata.annotations),
    status: parseStatus(status),
  };
}

function autoscalerRefOf(spec: NonNullable<CanarySpec['autoscalerRef']>): Canary['autoscalerRef'] {
  return {
    apiVersion: spec.apiVersion,
    kind: spec.kind,
    name: spec.name,
    primaryScalerQueries: spec.primaryScalerQueries ?? {},
    primaryScalerReplicas: {
      minReplicas: spec.primaryScalerReplicas?.minReplicas,
      maxReplicas: spec.primaryScalerReplicas?.maxReplicas,
    },
  };
}
