import type { JudgementSettings } from '../crds/judgement.js';
import { policyOfCanary } from '../crds/policy.js';
import type { Canary } from '../crds/types.js';
import type { Policy } from '../domain/policy.js';

/** A minimum success rate for canaries. */
export interface RateLimit {
  readonly metric: string;
  /** In percent. */
  readonly min: number;
  /** Length of its window. */
  readonly seconds: number;
}

/** The parts of a policy that can be simulated. */
export interface SimulatedPolicy {
  /** Its name in tables. */
  readonly name: string;
  /** The policy for decisions; without webhooks, approvals and recipients. */
  readonly decides: Policy;
  readonly limits: readonly RateLimit[];
  /** The metrics don't distinguish the versions: limits apply to requests of both. */
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

/** The parts of a Canary that a simulation leaves out, in words. */
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

/** A Canary's policy, as in a release. */
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

/** Metrics that evidence hasn't replaced. */
function checkedOf({ analysis, judgement }: Pick<Canary, 'analysis' | 'judgement'>) {
  return analysis.metrics.filter(({ name }) => !judgement?.replaced.includes(name));
}

/** Errors get the whole budget where nothing else can be simulated. */
function errorsAlone({ rules, settleSeconds, digest, baseline }: JudgementSettings): SimulatedPolicy['judgement'] {
  const [errors] = rules.metrics;
  if (!errors) return undefined;
  return {
    ...{ digest, settleSeconds, rules: { ...rules, metrics: [{ ...errors, share: 1 }] } },
    ...(baseline ? { baseline } : {}),
  };
}
