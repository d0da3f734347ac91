import type { z } from 'zod';
import type { Strategy } from '../../domain/policy.js';
import type { analysisSchema } from '../schema/analysis.js';
import { trafficFeatures } from '../traffic.js';

type AnalysisSpec = z.output<typeof analysisSchema>;

/** Flagger's number of checks where only Services lead to the pods and the spec has growing weights. */
const ITERATIONS_WITHOUT_WEIGHTS = 10;

/** The strategy of a spec with its provider, and the parts of the spec that it ignores, in words for events. */
export interface StrategyChoice {
  readonly strategy: Strategy;
  readonly notices: readonly string[];
}

/** The three strategies, distinguished as in Flagger. */
export function strategyOf(spec: AnalysisSpec, provider: string): StrategyChoice {
  return trafficFeatures(provider).weights
    ? { strategy: withRouter(spec), notices: noticesOf(spec, provider) }
    : withoutRouter(spec, provider);
}

function withRouter(spec: AnalysisSpec): Strategy {
  const iterations = spec.iterations ?? 0;
  const stepWeightPromotion = spec.stepWeightPromotion ?? 0;
  const mirror = spec.mirror ? ({ mirror: true } as const) : {};
  if (iterations > 0 && (spec.match ?? []).length > 0) return { kind: 'ab', iterations, stepWeightPromotion };
  if (iterations > 0) return { kind: 'blueGreen', iterations, stepWeightPromotion, ...mirror };
  // The last of `stepWeights` may be above 100, which means all traffic.
  const weights = spec.stepWeights?.map((weight) => Math.min(weight, 100));
  return weights
    ? { kind: 'canary', weights, maxWeight: weights.at(-1) ?? 100, stepWeightPromotion, ...mirror }
    : { kind: 'canary', stepWeight: spec.stepWeight, maxWeight: spec.maxWeight ?? 100, stepWeightPromotion, ...mirror };
}

function withoutRouter(spec: AnalysisSpec, provider: string): StrategyChoice {
  const iterations = spec.iterations ?? 0;
  const audience = (spec.match ?? []).length > 0;
  return {
    strategy: {
      kind: 'blueGreen',
      iterations: iterations > 0 ? iterations : ITERATIONS_WITHOUT_WEIGHTS,
      stepWeightPromotion: 0,
    },
    notices: [
      ...(audience ? [`A/B testing is not supported when using the ${provider} provider`] : []),
      ...(iterations > 0
        ? []
        : [
            `Progressive traffic is not supported when using the ${provider} provider`,
            `Setting canaryAnalysis.iterations: ${ITERATIONS_WITHOUT_WEIGHTS}`,
          ]),
    ],
  };
}

function noticesOf({ mirror, mirrorWeight = 0 }: AnalysisSpec, provider: string): readonly string[] {
  if (!mirror || mirrorWeight === 0 || trafficFeatures(provider).mirrorWeight) return [];
  return [
    `spec.analysis.mirrorWeight: ${mirrorWeight} has no effect with the ${provider} provider, all requests are mirrored`,
  ];
}
