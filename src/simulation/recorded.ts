import type { Judged } from '../domain/decision/judged.js';
import type { Backtested, RecordedLook, RecordedRelease } from './backtest.js';

/** A line of a record, as far as a backtest reads it. */
interface RecordedLine {
  readonly what: string;
  readonly weight?: number;
  readonly judged?: Pick<Judged, 'window' | 'requests' | 'counts' | 'latency' | 'metrics'>;
}

/** A release that has ended. */
export interface EndedRelease {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly outcome?: string | undefined;
  readonly record: readonly RecordedLine[];
}

/** A recorded release, and what another policy would have made of it. */
export interface BacktestedRelease extends Backtested {
  readonly id: string;
  readonly startedAt: string;
  readonly was: string;
  /** Seconds from its first counted window to its end; absent where nothing was counted. */
  readonly wasAfter?: number;
  /** By how many seconds later than it has ended the policy would have decided; less than 0 is earlier. */
  readonly later?: number;
}

/** What a record tells of the counts of both versions. */
export function recordedOf({ record, outcome }: Pick<EndedRelease, 'record' | 'outcome'>): RecordedRelease {
  const looks = record.flatMap((line): RecordedLook[] => {
    if (line.what !== 'analysis' || !line.judged?.window || !line.judged.counts) return [];
    const { window, requests, counts, latency, metrics } = line.judged;
    const dispersions = metrics.flatMap(({ metric, dispersion }): [string, number][] =>
      dispersion === undefined ? [] : [[metric, dispersion]],
    );
    const dispersed = Object.fromEntries(dispersions);
    return [{ weight: line.weight ?? 0, window, requests, counts, latency, dispersions: dispersed }];
  });
  return { looks, outcome };
}

/** Puts a release beside what another policy would have made of it. */
export function besideAsItWas(release: EndedRelease, recorded: RecordedRelease, would: Backtested): BacktestedRelease {
  const wasAfter = lastedAfter(recorded, release.endedAt);
  const later = wasAfter === undefined || would.seconds === undefined ? undefined : would.seconds - wasAfter;
  return {
    ...{ id: release.id, startedAt: release.startedAt, was: release.outcome ?? 'ended' },
    ...(wasAfter === undefined ? {} : { wasAfter }),
    ...would,
    ...(later === undefined ? {} : { later }),
  };
}

/** @returns seconds from the first counted window to the release's end */
function lastedAfter({ looks }: RecordedRelease, endedAt: string | undefined): number | undefined {
  const [first] = looks;
  if (!first || endedAt === undefined) return undefined;
  return Math.max(0, Math.round((Date.parse(endedAt) - first.window.from) / 1000));
}
