import type { SimulatedRelease } from './release.js';

/** The results of many releases under one policy. */
export interface Outcome {
  readonly runs: number;
  /** Parts of the runs, 0 to 1. */
  readonly promoted: number;
  readonly rolledBack: number;
  readonly undecided: number;
  /** Median of the seconds from the canary's first request; undefined where no release got that far. */
  readonly secondsToPromote: number | undefined;
  readonly secondsToRollBack: number | undefined;
  /** Most failed requests of the canary in half of the releases, and in nine of ten. */
  readonly hurt: number;
  readonly hurtAtWorst: number;
}

export function outcomeOf(releases: readonly SimulatedRelease[]): Outcome {
  const ended = (end: SimulatedRelease['end']) => releases.filter((release) => release.end === end);
  const [promoted, rolledBack] = [ended('promoted'), ended('rolled-back')];
  const hurt = releases.map((release) => release.hurt);
  const seconds = (some: readonly SimulatedRelease[]) =>
    quantile(
      some.map((release) => release.seconds),
      0.5,
    );
  return {
    runs: releases.length,
    promoted: promoted.length / releases.length,
    rolledBack: rolledBack.length / releases.length,
    undecided: ended('undecided').length / releases.length,
    secondsToPromote: seconds(promoted),
    secondsToRollBack: seconds(rolledBack),
    hurt: quantile(hurt, 0.5) ?? 0,
    hurtAtWorst: quantile(hurt, 0.9) ?? 0,
  };
}

function quantile(values: readonly number[], part: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))];
}
