import { formatGoDuration } from '../crds/duration.js';
import type { Policy, Strategy } from '../domain/policy.js';
import { nextWeight } from '../domain/weights.js';

/** A release in which every check passes, no gate is closed, and pods are ready at once. */
export interface BestCase {
  /** Analyses that the canary must pass. */
  readonly checks: number;
  /** The canary's weights in order, in percent; empty where it proceeds by iterations. */
  readonly weights: readonly number[];
  /** From the canary's first traffic to the promotion. */
  readonly analysisSeconds: number;
  /** From the canary's first traffic to `Succeeded`. */
  readonly seconds: number;
  /** The calculation, in words. */
  readonly explanation: string;
}

/**
 * What a comparison with fresh pods takes besides time, in words.
 *
 * @param pods of the canary; undefined where nobody knows
 */
export function extraPods(pods?: number): string {
  const more = pods === undefined ? 'as many pods again' : `${pods} more ${pods === 1 ? 'pod' : 'pods'}, as many`;
  return `its fresh baseline takes ${more} as the canary while that is analysed`;
}

/** The settings that determine the length of a release. */
export type Pace = Pick<Policy, 'strategy' | 'intervalSeconds' | 'skipAnalysis' | 'routed' | 'judgement'>;

/**
 * The shortest time that a release can take.
 *
 * With the interval `I`: the first step is taken at once, and each check comes an interval after the step before it, so
 * `analysis = checks * I`. There is one check for each weight, and one more for a mirror stage; for an A/B test one for
 * each iteration; for Blue/Green one for each iteration and one more with all users' requests. Traffic then returns in
 * `ceil(weight / stepWeightPromotion)` moves (one where it is 0 or nothing routes), the first of them at once:
 * `total = (checks + moves - 1) * I`.
 *
 * The time until pods are ready and webhooks answer comes on top.
 *
 * @param pods of the canary; undefined where nobody knows
 */
export function bestCase(
  { strategy, intervalSeconds, skipAnalysis, routed, judgement }: Pace,
  pods?: number,
): BestCase {
  if (skipAnalysis) {
    const explanation = 'the analysis is skipped: promoted as soon as the canary is ready';
    return { checks: 0, weights: [], analysisSeconds: 0, seconds: 0, explanation };
  }
  const weights = weightsOf(strategy);
  const checks = checksOf(strategy, weights);
  const moves = movesBack(strategy, weights.at(-1) ?? 100, routed);
  const interval = formatGoDuration(intervalSeconds * 1000);
  const back = moves > 1 ? `, then ${moves} moves of traffic back to the primary` : '';
  const beside = judgement?.baseline ? `; ${extraPods(pods)}` : '';
  return {
    checks,
    weights,
    analysisSeconds: checks * intervalSeconds,
    seconds: (checks + moves - 1) * intervalSeconds,
    explanation: `${checksInWords(checks, interval)} (${stepsInWords(strategy, weights)})${back}${beside}`,
  };
}

function weightsOf(strategy: Strategy): readonly number[] {
  if (strategy.kind !== 'canary') return [];
  const weights: number[] = [];
  for (let weight = nextWeight(strategy, 0); weight !== undefined; weight = nextWeight(strategy, weight)) {
    weights.push(weight);
  }
  return weights;
}

function checksOf(strategy: Strategy, weights: readonly number[]): number {
  switch (strategy.kind) {
    case 'canary':
      return weights.length + (strategy.mirror ? 1 : 0);
    case 'ab':
      return Math.ceil(strategy.iterations);
    case 'blueGreen':
      return Math.ceil(strategy.iterations) + 1;
  }
}

function movesBack({ stepWeightPromotion }: Strategy, from: number, routed: boolean): number {
  return routed && stepWeightPromotion > 0 ? Math.ceil(from / stepWeightPromotion) : 1;
}

function checksInWords(checks: number, interval: string): string {
  return checks === 1 ? `1 check after ${interval}` : `${checks} checks ${interval} apart`;
}

function stepsInWords(strategy: Strategy, weights: readonly number[]): string {
  switch (strategy.kind) {
    case 'canary': {
      const mirror = strategy.mirror ? ['mirror'] : [];
      return `canary at ${[...mirror, ...abridged(weights)].join(', ')} %`;
    }
    case 'ab':
      return `A/B test of ${iterationsInWords(strategy.iterations)}`;
    case 'blueGreen':
      return `Blue/Green of ${iterationsInWords(strategy.iterations)}, and a check with all traffic`;
  }
}

function iterationsInWords(iterations: number): string {
  const count = Math.ceil(iterations);
  return count === 1 ? '1 iteration' : `${count} iterations`;
}

const SHOWN = 10;

function abridged(weights: readonly number[]): readonly (number | string)[] {
  if (weights.length <= SHOWN) return weights;
  return [...weights.slice(0, SHOWN - 2), '…', ...weights.slice(-1)];
}
