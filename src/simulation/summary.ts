import type { SimulatedRelease } from './release.js';

/** What many releases under one policy have come to. */
export interface Outcome {
  readonly runs: number;
  /** Parts of the runs, 0 to 1. */
  readonly promoted: number;
  readonly rolledBack: number;
  readonly undecided: number;
  /** Seconds from the canary's first request, half of those that came so far were quicker; undefined where none came. */
  readonly secondsToPromote: number | undefined;
  readonly secondsToRollBack: number | undefined;
  /** Failed requests of the canary's in half of the releases, and in nine of ten, at most. */
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
