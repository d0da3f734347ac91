import type { Backtested } from '../../simulation/backtest.js';
import type { BacktestedRelease } from '../../simulation/recorded.js';
import { dateAndTime, durationText } from '../client/times.js';
import { table } from '../client/output.js';

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
