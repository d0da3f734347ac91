import type { z } from 'zod';
import type { AlertRule, Analysis, Webhook } from '../types.js';
import type { analysisSchema } from '../schema/analysis.js';
import type { alertSchema, webhookSchema } from '../schema/checks.js';
import { metricOf } from './metrics.js';
import { strategyOf } from './strategy.js';

type AnalysisSpec = z.output<typeof analysisSchema>;

interface AnalysisContext {
  /** Of the Canary. */
  readonly namespace: string;
  readonly provider: string;
  readonly minIntervalSeconds: number;
}

const DEFAULT_READY_PERCENT = 100;
const ALL_REQUESTS_PERCENT = 100;
const DEFAULT_TIMEOUT_SECONDS = 10;

export function analysisOf(spec: AnalysisSpec, { namespace, provider, minIntervalSeconds }: AnalysisContext): Analysis {
  return {
    intervalSeconds: Math.max(spec.interval.seconds, minIntervalSeconds),
    threshold: Math.max(spec.threshold, 1),
    ...strategyOf(spec, provider),
    iterations: spec.iterations ?? 0,
    match: spec.match ?? [],
    mirror: spec.mirror ?? false,
    mirrorWeight: spec.mirrorWeight || ALL_REQUESTS_PERCENT,
    sessionAffinity: spec.sessionAffinity,
    primaryReadyThreshold: spec.primaryReadyThreshold ?? DEFAULT_READY_PERCENT,
    canaryReadyThreshold: spec.canaryReadyThreshold ?? DEFAULT_READY_PERCENT,
    metrics: (spec.metrics ?? []).map((metric) => metricOf(metric, namespace)),
    webhooks: (spec.webhooks ?? []).map(webhookOf),
    alerts: (spec.alerts ?? []).map((alert) => alertOf(alert, namespace)),
  };
}

function webhookOf(spec: z.output<typeof webhookSchema>): Webhook {
  return {
    name: spec.name,
    type: spec.type || 'rollout',
    url: spec.url,
    timeoutSeconds: spec.timeout?.seconds ?? DEFAULT_TIMEOUT_SECONDS,
    retries: spec.retries ?? 0,
    muteAlert: spec.muteAlert ?? false,
    disableTLS: spec.disableTLS ?? false,
    metadata: spec.metadata,
  };
}

function alertOf({ name, severity, providerRef }: z.output<typeof alertSchema>, namespace: string): AlertRule {
  return {
    name,
    severity: severity || undefined,
    providerRef: { name: providerRef.name, namespace: providerRef.namespace || namespace },
  };
}
