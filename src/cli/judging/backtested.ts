import type { Release } from '../../api/schema/release.js';
import type { Backtested, RecordedLook, RecordedRelease } from '../../simulation/backtest.js';
import { dateAndTime, durationText } from '../client/times.js';
import { table } from '../client/output.js';

/** A recorded release, and what another policy would have made of it. */
export interface BacktestedRelease extends Backtested {
  readonly id: string;
  readonly startedAt: string;
  readonly was: string;
  /** Seconds from its first counted window to its end; undefined where nothing was counted. */
  readonly wasAfter?: number;
}

/** What a record tells of the counts of both versions. */
export function recordedOf({ record, outcome }: Pick<Release, 'record' | 'outcome'>): RecordedRelease {
  const looks = record.flatMap((line): RecordedLook[] => {
    if (line.what !== 'analysis' || !line.judged?.window || !line.judged.counts) return [];
    const { window, requests, counts, latency, metrics } = line.judged;
    const dispersions = metrics.flatMap(({ metric, dispersion }): [string, number][] =>
      dispersion === undefined ? [] : [[metric, dispersion]],
    );
    return [{ weight: line.weight, window, requests, counts, latency, dispersions: Object.fromEntries(dispersions) }];
  });
  return { looks, outcome };
}

/** @returns seconds from the first counted window to the release's end */
export function lastedAfter({ looks }: RecordedRelease, endedAt: string | undefined): number | undefined {
  const [first] = looks;
  if (!first || endedAt === undefined) return undefined;
  return Math.max(0, Math.round((Date.parse(endedAt) - first.window.from) / 1000));
}

const WORDS: Readonly<Record<Backtested['end'], string>> = {
  'rolled-back': 'rolled back',
  promoted: 'promoted',
  waits: 'would wait',
  'goes-on': 'not decided by then',
  unknown: 'not known',
};

export function describeBacktested(releases: readonly BacktestedRelease[]): readonly string[] {
  const rows = releases.map(({ id, startedAt, was, wasAfter, end, seconds, says }) => [
    ...[dateAndTime(startedAt), id, inTime(was.replaceAll('-', ' '), wasAfter)],
    ...[inTime(WORDS[end], seconds), says],
  ]);
  const uncounted = [...new Set(releases.flatMap((one) => (one.end === 'unknown' ? [] : one.uncounted)))];
  return [
    ...table([['STARTED', 'RELEASE', 'WAS', 'WOULD HAVE BEEN', 'WHY'], ...rows]),
    '',
    summaryOf(releases),
    ...(uncounted.length > 0 ? [`Left out, as nobody counted them: ${uncounted.join(', ')}.`] : []),
  ];
}

function summaryOf(releases: readonly BacktestedRelease[]): string {
  const known = releases.filter(({ end }) => end !== 'unknown');
  const alike = known.filter(({ was, end }) => was === end).length;
  const unknown = releases.length - known.length;
  const of = `${alike} of ${known.length} ${known.length === 1 ? 'release' : 'releases'} would have ended alike`;
  return unknown === 0 ? `${of}.` : `${of}; of ${unknown} more nothing was counted.`;
}

function inTime(text: string, seconds: number | undefined): string {
  return seconds === undefined ? text : `${text} (${durationText(seconds)})`;
}
