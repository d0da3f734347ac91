import { describeMachine, thisMachine } from './machine.js';
import type { Crowd, CrowdRelease } from './scale.js';

/** The figures as people read them: a table with a column for each number of releases. */
export function crowdReportOf(crowds: readonly Crowd[]): string {
  const rows: readonly [string, (crowd: Crowd) => string][] = [
    ['at once', ({ count }) => String(count)],
    ['succeeded', ({ releases }) => String(totalsOf(releases).length)],
    ['set image to Succeeded, median / p99 (s)', ({ releases }) => both(totalsOf(releases))],
    ['set image to Progressing, median / p99 (s)', ({ releases }) => both(releases.map(({ detected }) => detected))],
    ['step, median / p99 (s)', ({ releases }) => both(releases.flatMap(({ steps }) => steps))],
    ['history events of a release', each(({ events }) => events)],
    ['history bytes of a release', each(({ bytes }) => bytes)],
    ['API requests of a release', ({ apiRequests, count }) => (apiRequests / count).toFixed(1)],
    ...['serinus', 'temporal', 'apiserver', 'etcd'].map((name): [string, (crowd: Crowd) => string] => [
      `processor time of ${name}, a release (ms)`,
      ({ cpuMs, count }) => ((cpuMs[name] ?? Number.NaN) / count).toFixed(0),
    ]),
    ['resident memory of Serinus (MiB)', ({ memory }) => (memory / 2 ** 20).toFixed(0)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const interval = crowds[0]?.intervalSeconds ?? 0;
  return [
    `releases at once, five weights at an interval of ${interval} s`,
    describeMachine(thisMachine()),
    ...rows.map(([name, value]) => [name.padEnd(width), ...crowds.map((crowd) => value(crowd).padStart(16))].join('')),
  ].join('\n');
}

function totalsOf(releases: readonly CrowdRelease[]): readonly number[] {
  return releases.flatMap(({ total }) => total ?? []);
}

function each(of: (release: CrowdRelease) => number): (crowd: Crowd) => string {
  return ({ releases }) => quantile(releases.map(of), 0.5).toFixed(0);
}

function both(values: readonly number[]): string {
  return `${quantile(values, 0.5).toFixed(1)} / ${quantile(values, 0.99).toFixed(1)}`;
}

/** @returns not a number where there is no value: a release that was never seen to begin has none */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
