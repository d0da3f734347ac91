import type { AnalysisState } from '../domain/decision/analysis-state.js';
import type { Analysis, MetricResult } from '../domain/findings.js';
import type { Judged } from '../domain/decision/judged.js';
import { badShare, type Arm } from '../judgement/counts.js';
import { dispersionOf } from '../judgement/dispersion.js';
import type { Rules } from '../judgement/rules.js';
import { NOTHING_SHOWN, weigh, type ReleaseEvidence, type ReleaseWindow } from '../judgement/release.js';
import type { Arrivals } from './arrivals.js';
import type { RateLimit, SimulatedPolicy } from './policy.js';

type Looking = Pick<AnalysisState, 'weight' | 'weightSince' | 'judgement'>;

/** Scrapes are this late: counts end before that. */
const LAG_MS = 2_000;
const SHORTEST_MS = 1_000;
const PAST_WINDOWS = 32;

/** Times at which the spans that {@link lookAt} queries begin or end. */
export function cutsOf(policy: SimulatedPolicy, state: Looking, now: number): readonly number[] {
  const { judgement, limits } = policy;
  return [
    ...limits.map((limit) => windowOf(limit, policy, state, now)),
    ...(judgement ? [countedFrom(judgement.settleSeconds, state), now - LAG_MS] : []),
  ];
}

/** The findings of an analysis at that time. Metrics stop at the first failure, as in a release. */
export function lookAt(policy: SimulatedPolicy, arrivals: Arrivals, state: Looking, now: number): Analysis {
  const metrics: MetricResult[] = [];
  for (const limit of policy.limits) {
    const result = measured(limit, policy, arrivals, state, now);
    metrics.push(result);
    if (!result.ok) break;
  }
  return { hooks: [], metrics, ...judged(policy, arrivals, state, now) };
}

function windowOf({ seconds }: RateLimit, { sinceWeight }: SimulatedPolicy, { weightSince }: Looking, now: number) {
  const from = now - seconds * 1000;
  return sinceWeight ? Math.max(from, weightSince) : from;
}

function measured(
  limit: RateLimit,
  policy: SimulatedPolicy,
  arrivals: Arrivals,
  state: Looking,
  now: number,
): MetricResult {
  const { canary, primary, baseline } = arrivals.between(windowOf(limit, policy, state, now), now);
  const arm = policy.diluted ? together(canary, together(primary, baseline)) : canary;
  const base = { metric: limit.metric, min: limit.min };
  if (arm.requests === 0) return { ...base, ok: false, noValues: true, message: `no values found for ${limit.metric}` };
  const value = 100 * (1 - badShare(arm));
  if (value >= limit.min) return { ...base, ok: true, value };
  return { ...base, ok: false, value, message: `${limit.metric} ${value.toFixed(2)}% < ${limit.min}%` };
}

function together(one: Arm, other: Arm): Arm {
  return { requests: one.requests + other.requests, bad: one.bad + other.bad };
}

function countedFrom(settleSeconds: number, { judgement, weightSince }: Looking): number {
  return Math.max(judgement?.until ?? 0, weightSince + settleSeconds * 1000);
}

/** Counts as in a release: closed, consecutive windows, each judged once. */
function judged(
  { judgement }: SimulatedPolicy,
  arrivals: Arrivals,
  state: Looking,
  now: number,
): Pick<Analysis, 'judged' | 'memory'> {
  const { weight } = state;
  if (!judgement || weight === 0) return {};
  const { rules, settleSeconds, digest } = judgement;
  // Only this code has written it.
  const before = (state.judgement?.evidence as ReleaseEvidence | undefined) ?? NOTHING_SHOWN;
  const [from, to] = [countedFrom(settleSeconds, state), now - LAG_MS];
  if (to - from < SHORTEST_MS) return { judged: shownOf(before, { verdict: 'WAIT' }, weight) };
  const { canary, primary, baseline } = arrivals.between(from, to);
  const others = primary.requests + baseline.requests;
  const beside = judgement.baseline ? { baseline: baseline.requests } : {};
  const requests = { canary: canary.requests, primary: others, ...beside };
  const errors = { canary, primary: judgement.baseline ? baseline : primary };
  const { evidence, weighed } = weigh(
    before,
    { weight, requests, counts: { errors }, ...measuredBy(arrivals, before, rules) },
    rules,
  );
  return { judged: shownOf(evidence, weighed, weight), memory: { until: to, digest, evidence } };
}

/** How much the primary's failures scatter, as a release measures it before its first window. */
function measuredBy(
  arrivals: Arrivals,
  before: ReleaseEvidence,
  { metrics }: Rules,
): Pick<ReleaseWindow, 'dispersions'> {
  const [errors] = metrics;
  if (!errors?.measured || before !== NOTHING_SHOWN) return {};
  const dispersion = dispersionOf(arrivals.past(PAST_WINDOWS));
  return dispersion === undefined ? {} : { dispersions: { [errors.name]: dispersion } };
}

function shownOf(
  evidence: ReleaseEvidence,
  { verdict, passedOver }: Pick<Judged, 'verdict' | 'passedOver'>,
  weight: number,
): Judged {
  return {
    verdict,
    metrics: [],
    heard: evidence.weight === weight && evidence.split.canary > 0,
    windows: evidence.windows,
    says: `errors: ${verdict}`,
    ...(passedOver === undefined ? {} : { passedOver }),
  };
}
