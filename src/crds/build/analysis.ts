import type { z } from 'zod';
import type { CanaryStrategy } from '../../domain/policy.js';
import type { Analysis, Webhook } from '../types.js';
import type { analysisSchema } from '../schema/analysis.js';
import type { webhookSchema } from '../schema/checks.js';
import { metricOf } from './metrics.js';

type AnalysisSpec = z.output<typeof analysisSchema>;

const DEFAULT_READY_PERCENT = 100;
const ALL_REQUESTS_PERCENT = 100;
const DEFAULT_TIMEOUT_SECONDS = 10;

export function analysisOf(spec: AnalysisSpec, namespace: string, minIntervalSeconds: number): Analysis {
  return {
    intervalSeconds: Math.max(spec.interval.seconds, minIntervalSeconds),
    threshold: Math.max(spec.threshold, 1),
    strategy: strategyOf(spec),
    iterations: spec.iterations ?? 0,
    match: spec.match ?? [],
    mirror: spec.mirror ?? false,
    mirrorWeight: spec.mirrorWeight || ALL_REQUESTS_PERCENT,
    sessionAffinity: spec.sessionAffinity,
    primaryReadyThreshold: spec.primaryReadyThreshold ?? DEFAULT_READY_PERCENT,
    canaryReadyThreshold: spec.canaryReadyThreshold ?? DEFAULT_READY_PERCENT,
    metrics: (spec.metrics ?? []).map((metric) => metricOf(metric, namespace)),
    webhooks: (spec.webhooks ?? []).map(webhookOf),
  };
}

/** The last of `stepWeights` may lie above 100, which means all traffic. */
function strategyOf(spec: AnalysisSpec): CanaryStrategy {
  const stepWeightPromotion = spec.stepWeightPromotion ?? 0;
  const weights = spec.stepWeights?.map((weight) => Math.min(weight, 100));
  return weights
    ? { kind: 'canary', weights, maxWeight: weights.at(-1) ?? 100, stepWeightPromotion }
    : { kind: 'canary', stepWeight: spec.stepWeight, maxWeight: spec.maxWeight ?? 100, stepWeightPromotion };
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
