import type { JudgementSettings } from '../crds/judgement.js';
import { policyOfCanary } from '../crds/policy.js';
import type { Canary } from '../crds/types.js';
import type { Policy } from '../domain/policy.js';

/** A success rate that a canary must keep to. */
export interface RateLimit {
  readonly metric: string;
  /** In percent. */
  readonly min: number;
  /** How far back it is measured. */
  readonly seconds: number;
}

/** A policy, as far as a simulation can put it to the test. */
export interface SimulatedPolicy {
  /** What it is called in tables. */
  readonly name: string;
  /** What the decisions go by; without webhooks, approvals and whom to tell. */
  readonly decides: Policy;
  readonly limits: readonly RateLimit[];
  /** The metrics don't tell the versions apart: limits are held against requests of both. */
  readonly diluted: boolean;
  /** Metrics look back to the last change of weight at most. */
  readonly sinceWeight: boolean;
  readonly judgement: Pick<JudgementSettings, 'rules' | 'settleSeconds' | 'digest' | 'baseline'> | undefined;
}

export interface SimulatedAs {
  readonly name: string;
  readonly diluted?: boolean;
  readonly sinceWeight?: boolean;
}

/** What of a Canary a simulation leaves out, in words. */
export function leftOut({ analysis, judgement }: Canary): readonly string[] {
  const others = checkedOf({ analysis, judgement }).flatMap(({ name, sources }) =>
    sources.every((source) => source.kind === 'builtin' && source.builtin === 'request-success-rate') ? [] : [name],
  );
  const counts = [...(judgement?.counts ?? []), ...(judgement?.means ?? [])].map(({ name }) => name);
  const gates = analysis.webhooks.filter(({ type }) => type.startsWith('confirm') || type === 'rollback');
  return [
    ...(others.length > 0 ? [`metrics that nothing is known about pass: ${others.join(', ')}`] : []),
    ...(counts.length > 0 ? [`counters and means of your own aren't judged: ${counts.join(', ')}`] : []),
    ...(gates.length > 0 ? [`webhooks let everything pass: ${gates.map(({ name }) => name).join(', ')}`] : []),
  ];
}

/** A Canary's policy, as a release would go by it. */
export function simulatedPolicy(canary: Canary, { name, diluted, sinceWeight }: SimulatedAs): SimulatedPolicy {
  const { approvals: _approvals, listeners: _listeners, ...decides } = policyOfCanary(canary);
  return {
    name,
    decides: { ...decides, hooks: {}, loadTests: [], notices: [], suspend: false },
    limits: checkedOf(canary).flatMap(({ name: metric, sources }) =>
      sources.flatMap((source) => {
        if (source.kind !== 'builtin' || source.builtin !== 'request-success-rate') return [];
        const { min } = source.range;
        return min === undefined ? [] : [{ metric, min, seconds: source.interval.seconds }];
      }),
    ),
    diluted: diluted ?? false,
    sinceWeight: sinceWeight ?? true,
    judgement: canary.judgement && errorsAlone(canary.judgement),
  };
}

/** Metrics that evidence hasn't taken the place of. */
function checkedOf({ analysis, judgement }: Pick<Canary, 'analysis' | 'judgement'>) {
  return analysis.metrics.filter(({ name }) => !judgement?.replaced.includes(name));
}

/** Errors have the whole budget where nothing else can be simulated. */
function errorsAlone({ rules, settleSeconds, digest, baseline }: JudgementSettings): SimulatedPolicy['judgement'] {
  const [errors] = rules.metrics;
  if (!errors) return undefined;
  return {
    ...{ digest, settleSeconds, rules: { ...rules, metrics: [{ ...errors, share: 1 }] } },
    ...(baseline ? { baseline } : {}),
  };
}
