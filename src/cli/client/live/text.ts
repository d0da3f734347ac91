import type { Live, LiveNode } from '../../../api/schema/live.js';
import { trafficText } from '../../../api/live/traffic.js';
import type { Release } from '../../../api/schema/release.js';
import { coloured, type Colour } from '../output.js';
import { durationText, withLocalTimes } from '../times.js';

type Health = LiveNode['health'];
type Versions = NonNullable<Release['versions']>;

/** A symbol beside a word with the same meaning: without symbols or colours nothing is missing. */
const SIGNS: Readonly<Record<Health, { readonly sign: string; readonly colour: Colour | undefined }>> = {
  good: { sign: '✔', colour: 'green' },
  busy: { sign: '◌', colour: 'blue' },
  bad: { sign: '✖', colour: 'red' },
  idle: { sign: '·', colour: undefined },
};

export function marked(health: Health, text: string): string {
  const { sign, colour } = SIGNS[health];
  return `${coloured(colour, sign)} ${text}`;
}

/** `1.0.0 → 2.0.0`; undefined where neither is known. */
export function versionsText({ from, to }: Versions): string | undefined {
  const known = [from, to].filter((version) => version !== undefined);
  return known.length === 0 ? undefined : known.join(' → ');
}

/** Who started a release, when, and why. @param now milliseconds since 1970 */
export function startedText({ triggeredBy, startedAt, endedAt, cause }: Release, now: number): string {
  const seconds = (Date.parse(endedAt ?? new Date(now).toISOString()) - Date.parse(startedAt)) / 1000;
  const took = seconds >= 0 ? `, ${endedAt === undefined ? 'for' : 'took'} ${durationText(seconds)}` : '';
  const reason = cause?.reason === undefined || cause.reason === '' ? '' : `: ${cause.reason}`;
  return `${triggeredBy}${reason} (${withLocalTimes(startedAt, now)}${took})`;
}

/** The canary's target share, and the measured one. */
export function trafficLine({ weight, traffic }: Pick<Live, 'weight' | 'traffic'>): string {
  const { wanted, seen, unknown } = weight;
  return traffic?.to === 'match' ? trafficText(traffic) : `target ${wanted}%, ${seenText(seen, unknown)}`;
}

function seenText(seen: Live['weight']['seen'], unknown: string | undefined): string {
  if (!seen) return unknown === undefined ? 'measured: not known' : `measured: not known (${unknown})`;
  const of = seen.requests === undefined ? '' : ` of ${seen.requests} requests`;
  return `measured ${seen.percent}%${of} in ${seen.windowSeconds} s`;
}

/**
 * What comes next, and in how long.
 *
 * @param now milliseconds since 1970
 */
export function nextText(next: Live['next'], now: number): string | undefined {
  if (!next) return undefined;
  if (next.at === undefined) return next.what;
  const ms = Date.parse(next.at) - now;
  return `${next.what}, ${ms < 1_000 ? 'now' : `in ${spanText(ms)}`}`;
}

/** In whole seconds, minutes or hours. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
