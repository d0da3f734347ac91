import { parseCanary, type ParseOptions } from '../crds/canary.js';
import { JUDGEMENT_ANNOTATION } from '../crds/own-settings.js';
import type { Refusal } from '../domain/findings.js';
import { simulatedPolicy, type SimulatedAs, type SimulatedPolicy } from './policy.js';

/** How the simulated server reads metrics. */
export interface Measuring {
  /** Flagger's own queries of the built-in checks mix both versions' requests. */
  readonly mixes: boolean;
  readonly flaggersQueries: boolean;
  /** Metrics look back to the last change of weight at most. */
  readonly sinceWeight: boolean;
}

export type Alternatives =
  | { readonly ok: true; readonly policies: readonly [SimulatedPolicy, ...SimulatedPolicy[]] }
  | { readonly ok: false; readonly refusal: Pick<Refusal, 'field' | 'remedy'> };

const PRESETS = ['careful', 'balanced', 'quick'] as const;
const USUAL = { name: 'request-success-rate', interval: '1m', thresholdRange: { min: 99 } };

/**
 * The policy of a Canary, and alternatives to it: its checks without evidence, the same as Flagger measures them, and
 * evidence alone.
 */
export function alternativesOf(object: object, options: ParseOptions, measuring: Measuring): Alternatives {
  const { mixes, flaggersQueries, sinceWeight } = measuring;
  const read = (edited: object, as: SimulatedAs) => {
    const parsed = parseCanary(edited, options);
    return parsed.ok ? simulatedPolicy(parsed.value, { sinceWeight, ...as }) : parsed.refusal;
  };
  const parsed = parseCanary(object, options);
  if (!parsed.ok) return { ok: false, refusal: parsed.refusal };
  const { strategy } = parsed.value.analysis;
  if (strategy.kind !== 'canary' || strategy.mirror) {
    const remedy = 'only a canary release by weights can be simulated: set stepWeight or stepWeights, without mirror';
    return { ok: false, refusal: { field: 'spec.analysis', remedy } };
  }
  const written = simulatedPolicy(parsed.value, {
    name: 'as written',
    sinceWeight,
    diluted: mixes && flaggersQueries,
  });
  const hasChecks = written.limits.length > 0;
  const checked = hasChecks ? object : withMetrics(object, [USUAL]);
  const checks = hasChecks ? 'its checks alone' : 'success rate >= 99%';
  const others = [
    ...(written.judgement !== undefined || !hasChecks ? [read(judgedBy(checked, 'off'), { name: checks })] : []),
    ...(mixes && !written.diluted
      ? [read(judgedBy(checked, 'off'), { name: 'with Flagger’s queries', diluted: true, sinceWeight: false })]
      : []),
    ...PRESETS.map((preset) => read(judgedBy(withMetrics(object, []), `preset: ${preset}`), { name: preset })),
  ];
  const policies = others.filter((one): one is SimulatedPolicy => 'decides' in one);
  return { ok: true, policies: [written, ...policies] };
}

function judgedBy(object: object, text: string): object {
  const metadata = asRecord(asRecord(object)['metadata']);
  const annotations = { ...asRecord(metadata['annotations']), [JUDGEMENT_ANNOTATION]: text };
  return { ...object, metadata: { ...metadata, annotations } };
}

function withMetrics(object: object, metrics: readonly unknown[]): object {
  const spec = asRecord(asRecord(object)['spec']);
  return { ...object, spec: { ...spec, analysis: { ...asRecord(spec['analysis']), metrics } } };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
