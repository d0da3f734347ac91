import { about, type Lint } from '../subject.js';

/** How a release advances: steps that are never taken as written, and fields that have no effect. */

export const maxWeightIsMultiple: Lint = (subject) => {
  const { stepWeight, maxWeight = 100 } = subject.spec.analysis;
  if (stepWeight === undefined || subject.canary.analysis.strategy.kind !== 'canary') return [];
  const rest = maxWeight % stepWeight;
  if (stepWeight > maxWeight) {
    return [
      about(subject, {
        rule: 'step-above-max',
        severity: 'warning',
        field: 'spec.analysis.stepWeight',
        value: stepWeight,
        message: `a step of ${stepWeight} is never taken: maxWeight ends it at ${maxWeight}, the only weight there is`,
        remedy: `use a stepWeight below ${maxWeight}, such as ${nearestDivisor(maxWeight, maxWeight / 4)}`,
      }),
    ];
  }
  if (rest === 0) return [];
  return [
    about(subject, {
      rule: 'max-weight-not-a-multiple',
      severity: 'warning',
      field: 'spec.analysis.maxWeight',
      value: maxWeight,
      message: `maxWeight ${maxWeight} is no multiple of stepWeight ${stepWeight}: the last step is one of ${rest}`,
      remedy: `use ${multiples(maxWeight, stepWeight)} as maxWeight, or a stepWeight that divides ${maxWeight}, such as ${nearestDivisor(maxWeight, stepWeight)}`,
    }),
  ];
};

function multiples(maxWeight: number, stepWeight: number): string {
  const below = maxWeight - (maxWeight % stepWeight);
  const above = below + stepWeight;
  return above <= 100 ? `${below} or ${above}` : String(below);
}

function nearestDivisor(whole: number, wanted: number): number {
  const divisors = Array.from({ length: whole }, (_, i) => i + 1).filter((n) => whole % n === 0);
  return divisors.reduce((best, n) => (Math.abs(n - wanted) < Math.abs(best - wanted) ? n : best), 1);
}

export const onlyStep: Lint = (subject) => {
  const { strategy } = subject.canary.analysis;
  const { weights } = subject.best;
  // With zero iterations a Canary has no step at all.
  const { iterations } = subject.spec.analysis;
  if (strategy.kind !== 'canary') return [];
  if (iterations !== undefined) {
    return [
      about(subject, {
        rule: 'no-iterations',
        severity: 'error',
        field: 'spec.analysis.iterations',
        value: iterations,
        message: 'no iteration is left, so it is a canary without steps: it gets all traffic before any check',
        remedy: 'use 1 or more, or stepWeight for a canary',
      }),
    ];
  }
  if (weights.length !== 1 || weights[0] !== 100) return [];
  return [
    about(subject, {
      rule: 'all-at-once',
      severity: 'warning',
      field: subject.spec.analysis.stepWeights ? 'spec.analysis.stepWeights' : 'spec.analysis.stepWeight',
      value: 100,
      message: 'the first step gives the canary all traffic, before any check',
      remedy: 'begin with a small weight, or use iterations for Blue/Green',
    }),
  ];
};

export const iterationsAreWhole: Lint = (subject) => {
  const { iterations = 1 } = subject.spec.analysis;
  if (Number.isInteger(iterations) || iterations <= 0) return [];
  return [
    about(subject, {
      rule: 'broken-iterations',
      severity: 'warning',
      field: 'spec.analysis.iterations',
      value: iterations,
      message: `there is no part of an iteration: ${iterations} acts as ${Math.ceil(iterations)}`,
      remedy: `use ${Math.ceil(iterations)}`,
    }),
  ];
};

export const weightsAreReached: Lint = (subject) => {
  const { stepWeights } = subject.spec.analysis;
  const last = stepWeights?.at(-1) ?? 0;
  if (last <= 100) return [];
  return [
    about(subject, {
      rule: 'unreachable-step',
      severity: 'warning',
      field: `spec.analysis.stepWeights[${(stepWeights?.length ?? 1) - 1}]`,
      value: last,
      message: `a weight of ${last} % is never reached: it acts as 100`,
      remedy: 'use 100 or less',
    }),
  ];
};

export const maxWeightCounts: Lint = (subject) => {
  const { maxWeight, stepWeights, iterations } = subject.spec.analysis;
  if (maxWeight === undefined || subject.spec.analysis.stepWeight !== undefined) return [];
  const last = stepWeights?.at(-1);
  if (last === undefined && iterations === undefined) return [];
  if (last === maxWeight) return [];
  const why =
    last === undefined
      ? `a release of ${iterations} iterations has no weights`
      : `the last of stepWeights is the bound, so the canary gets up to ${Math.min(last, 100)} %`;
  return [
    about(subject, {
      rule: 'max-weight-without-effect',
      severity: 'warning',
      field: 'spec.analysis.maxWeight',
      value: maxWeight,
      message: `it has no effect: ${why}`,
      remedy: last === undefined ? 'remove it' : 'remove it, or end stepWeights with the weight that is meant',
    }),
  ];
};

export const matchNeedsIterations: Lint = (subject) => {
  const { match } = subject.canary.analysis;
  if (match.length === 0 || subject.canary.analysis.strategy.kind !== 'canary') return [];
  return [
    about(subject, {
      rule: 'match-without-iterations',
      severity: 'warning',
      field: 'spec.analysis.match',
      message: 'without iterations it makes no A/B test: the release advances by weights',
      remedy: 'use iterations instead of stepWeight or stepWeights, or remove match',
    }),
  ];
};

export const mirrorHasEffect: Lint = (subject) => {
  const { mirror, mirrorWeight } = subject.spec.analysis;
  const { strategy } = subject.canary.analysis;
  const mirrors = 'mirror' in strategy && strategy.mirror === true;
  if (mirror === true && !mirrors) {
    return [
      about(subject, {
        rule: 'mirror-without-effect',
        severity: 'warning',
        field: 'spec.analysis.mirror',
        value: true,
        message:
          strategy.kind === 'ab' ? 'an A/B test mirrors nothing' : `${subject.canary.provider} mirrors nothing here`,
        remedy: 'remove it, or remove match for Blue/Green with mirroring',
      }),
    ];
  }
  if (mirrors || mirrorWeight === undefined || mirrorWeight === 0) return [];
  return [
    about(subject, {
      rule: 'mirror-without-effect',
      severity: 'warning',
      field: 'spec.analysis.mirrorWeight',
      value: mirrorWeight,
      message: 'it has no effect where nothing is mirrored',
      remedy: 'set mirror to true, or remove it',
    }),
  ];
};

/** The parts of the spec that the strategy ignores, in the words of its Events. */
export const strategyTakesAll: Lint = (subject) => {
  const { notices } = subject.canary.analysis;
  if (notices.length === 0) return [];
  return [
    about(subject, {
      rule: 'not-as-written',
      severity: 'warning',
      field: 'spec.analysis',
      message: notices.join('; '),
      remedy: 'change the policy to what is done, so that it says what happens',
    }),
  ];
};

export const intervalIsTaken: Lint = (subject) => {
  const { raisedFromSeconds } = subject;
  if (raisedFromSeconds === undefined) return [];
  return [
    about(subject, {
      rule: 'interval-raised',
      severity: 'warning',
      field: 'spec.analysis.interval',
      value: `${raisedFromSeconds}s`,
      message: `it is raised to ${subject.canary.analysis.intervalSeconds} s, the shortest there is`,
      remedy: `use ${subject.canary.analysis.intervalSeconds}s or more`,
    }),
  ];
};

export const thresholdIsTaken: Lint = (subject) => {
  const { threshold } = subject.spec.analysis;
  if (threshold > 0) return [];
  return [
    about(subject, {
      rule: 'threshold-raised',
      severity: 'warning',
      field: 'spec.analysis.threshold',
      value: threshold,
      message: `${threshold} acts as 1: the first failed check rolls back`,
      remedy: 'use 1, or more for patience with single failures',
    }),
  ];
};
