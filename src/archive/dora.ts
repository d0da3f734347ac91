import type { ArchivedSummary } from './document.js';

/**
 * The four figures for software delivery, as dora.dev defines them ("DORA's software delivery metrics"), computed from
 * releases. docs/archive.md says what each counts.
 */
export interface DoraFigures {
  readonly deploymentFrequency: { readonly deployments: number; readonly perDay: number };
  /** Undefined where no change has been decided. */
  readonly changeFailureRate: { readonly changes: number; readonly failed: number; readonly percent?: number };
  readonly timeToRestore: Spread;
  readonly leadTime: Spread;
}

/** Undefined where there was none to measure. */
export interface Spread {
  readonly count: number;
  readonly medianSeconds?: number;
}

/** The measured parts of a release. */
export type Measured = Pick<
  ArchivedSummary,
  'id' | 'outcome' | 'cause' | 'startedAt' | 'endedAt' | 'commitTime' | 'restores' | 'undoneBy'
>;

const DAY_MS = 24 * 3_600_000;

/** Outcomes of a failed change. One refused at a gate was kept from users by decision, and hasn't failed. */
const FAILED: readonly string[] = ['rolled-back', 'aborted', 'promotion-failed', 'died'];

/** Releases of the demo are no team's work. */
const DEMO = 'serinus-demo';

function isDemo({ cause }: Measured): boolean {
  return cause.by === DEMO || cause.by.startsWith(`${DEMO} `);
}

/** An undo, or the rollback of a dead run's release, is the remedy for a failed change, not another change. */
function isChange({ outcome, cause, restores }: Measured): boolean {
  if (restores !== undefined || cause.kind === 'recover') return false;
  return outcome === 'promoted' || FAILED.includes(outcome);
}

/**
 * @param releases those that ended from `since` on; later ones than `until` show whether earlier ones were undone
 * @param until after `since`
 */
export function doraOf(releases: readonly Measured[], since: Date, until: Date): DoraFigures {
  const counted = releases.filter((release) => {
    const at = Date.parse(release.endedAt);
    return at >= since.getTime() && at < until.getTime() && !isDemo(release) && release.cause.kind !== 'recover';
  });
  const deployed = counted.filter(({ outcome }) => outcome === 'promoted');
  const changes = counted.filter(isChange);
  const restored = restorations(releases);
  const failed = changes.filter((release) => FAILED.includes(release.outcome) || isUndone(release, restored));
  return {
    deploymentFrequency: {
      deployments: deployed.length,
      perDay: rounded(deployed.length / ((until.getTime() - since.getTime()) / DAY_MS)),
    },
    changeFailureRate: {
      changes: changes.length,
      failed: failed.length,
      ...(changes.length === 0 ? {} : { percent: rounded((100 * failed.length) / changes.length) }),
    },
    timeToRestore: spreadOf(failed.flatMap((release) => secondsToRestore(release, restored))),
    leadTime: spreadOf(
      deployed.flatMap(({ commitTime, endedAt }) => (commitTime === undefined ? [] : [seconds(commitTime, endedAt)])),
    ),
  };
}

type Restorations = ReadonlyMap<string, Measured>;

/** By what they restored. */
function restorations(releases: readonly Measured[]): Restorations {
  return new Map(
    releases.flatMap((release) =>
      release.restores !== undefined && release.outcome === 'promoted' ? [[release.restores, release] as const] : [],
    ),
  );
}

function isUndone({ id, undoneBy }: Measured, restored: Restorations): boolean {
  return undoneBy !== undefined || restored.has(id);
}

/** A failed canary is restored when its release ends; a failed promotion, when its undo is promoted. */
function secondsToRestore(release: Measured, restored: Restorations): readonly number[] {
  if (FAILED.includes(release.outcome)) return [seconds(release.startedAt, release.endedAt)];
  const restoration = restored.get(release.id);
  return restoration === undefined ? [] : [seconds(release.endedAt, restoration.endedAt)];
}

function seconds(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) return { count: 0 };
  return { count: sorted.length, medianSeconds: rounded((low + high) / 2) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
