import { FLAGGER } from './flagger.js';
import type { HistoryCost } from './history.js';
import { describeMachine, type Machine } from './machine.js';
import type { BadRelease, GoodFigures, GoodRelease } from './releases.js';
import { spreadOf, type Spread } from './spread.js';
import type { Initialisation } from './stage.js';
import type { Told } from './timeline.js';

/** Releases of one kind that turn bad. */
export interface BadCase {
  readonly threshold: number;
  readonly releases: readonly BadRelease[];
}

/** All that a bench has measured. */
export interface Measured {
  readonly machine: Machine;
  readonly intervalSeconds: number;
  readonly runs: number;
  readonly initialisation: Initialisation;
  readonly good: readonly GoodRelease[];
  readonly badMetric: readonly BadCase[];
  readonly badVersion: readonly BadCase[];
}

interface Row {
  readonly figure: string;
  readonly ours: Spread;
  /** Of Flagger at the walkthrough's interval. */
  readonly flagger?: number | undefined;
  readonly digits?: number;
}

const LEGS: readonly (readonly [keyof GoodFigures, string])[] = [
  ['total', 'set image to Succeeded'],
  ['untilNoticed', '  set image to Progressing'],
  ['untilFirstWeight', '  to weight 10: the canary’s pods'],
  ['steps', '  to weight 50: four checks'],
  ['lastCheck', '  to Promoting: the fifth check'],
  ['untilTrafficOnPrimary', '  to weight 0: the primary’s pods'],
  ['untilSucceeded', '  to Succeeded: the route, the last requests'],
];

/** The figures as people read them. */
export function reportOf(measured: Measured): string {
  const { machine, intervalSeconds, runs, good } = measured;
  const sum = (pick: (release: GoodRelease) => number) => good.reduce((total, release) => total + pick(release), 0);
  const flagger = intervalSeconds === 10;
  const runsText = runs === 1 ? 'one run' : `${runs} runs, median (min to max)`;
  return [
    `The walkthrough’s release: interval ${intervalSeconds} s, weights 10 to 50 in steps of 10; ${runsText}`,
    describeMachine(machine),
    '',
    ...table(rowsOf(measured), flagger),
    '',
    `good releases: ${sum((r) => r.requests)} requests of users, ${sum((r) => r.failedRequests)} failed; ` +
      `${sum((r) => r.halts)} checks did not pass`,
    `arithmetic floor of a good release: five checks, ${5 * intervalSeconds} s`,
    ...(flagger ? ['Flagger’s figures: version 1.36.1, pods ready at once; see docs/bench.md'] : []),
  ].join('\n');
}

/** What happened when, of the initialisation and of each good release. */
export function timelineOf({ initialisation, good }: Measured): string {
  const stories = [
    story('initialisation, seconds since the Canary was applied', initialisation.timeline),
    ...good.map(({ timeline }, index) => story(`good release ${index + 1}, seconds since set image`, timeline)),
  ];
  return stories.join('\n\n');
}

function story(title: string, timeline: readonly Told[]): string {
  return [title, ...timeline.map(({ seconds, what }) => `${seconds.toFixed(3).padStart(8)}  ${what}`)].join('\n');
}

function rowsOf(measured: Measured): Row[] {
  const { good, badMetric, badVersion, initialisation } = measured;
  return [
    { figure: 'Canary applied to Initialized', ours: spreadOf([initialisation.seconds]), flagger: FLAGGER.initialised },
    ...LEGS.map(([leg, figure]) => ({
      figure,
      ours: spreadOf(good.map(({ seconds }) => seconds[leg])),
      flagger: FLAGGER.good[leg],
    })),
    ...badMetric.flatMap((bad) => badRows('metric turns bad at weight 20', bad, FLAGGER.badMetric.get(bad.threshold))),
    ...badVersion.flatMap((bad) => badRows('bad version gets weight 10', bad, undefined)),
    ...historyRows('passes', good),
    ...historyRows(
      'fails',
      badMetric.flatMap(({ releases }) => releases),
    ),
    {
      figure: 'API requests of a good release',
      ours: spreadOf(good.map(({ apiRequests }) => apiRequests)),
      flagger: FLAGGER.apiRequests,
      digits: 0,
    },
  ];
}

function badRows(what: string, { threshold, releases }: BadCase, flagger: number | undefined): Row[] {
  const title = `${what}, threshold ${threshold}`;
  return [
    { figure: `${title}: to weight 0`, ours: spreadOf(releases.map(({ seconds }) => seconds)), flagger },
    { figure: '  to its last answer', ours: spreadOf(releases.map(({ secondsToLastAnswer }) => secondsToLastAnswer)) },
  ];
}

function historyRows(kind: 'passes' | 'fails', releases: readonly { readonly history: HistoryCost | undefined }[]) {
  const known = releases.flatMap(({ history }) => (history ? [history] : []));
  if (known.length === 0) return [];
  const row = (figure: string, pick: (cost: HistoryCost) => number, digits: number): Row => {
    return { figure, ours: spreadOf(known.map(pick)), digits };
  };
  const tick = [
    row(`history events of a tick that ${kind}`, ({ perTick }) => perTick.events, 1),
    row('  bytes', ({ perTick }) => perTick.bytes, 0),
  ];
  if (kind === 'fails') return tick;
  return [
    ...tick,
    row('history events of a good release', ({ release }) => release.events, 0),
    row('  bytes', ({ release }) => release.bytes, 0),
  ];
}

function table(rows: readonly Row[], withFlagger: boolean): string[] {
  const cells = rows.map(({ figure, ours, flagger, digits = 1 }) => [
    figure,
    ours.median.toFixed(digits),
    ours.all.length > 1 ? `(${ours.min.toFixed(digits)} to ${ours.max.toFixed(digits)})` : '',
    withFlagger ? (flagger?.toFixed(digits) ?? '') : '',
  ]);
  const all = [['seconds, unless said otherwise', 'Serinus', '', withFlagger ? 'Flagger' : ''], ...cells];
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2, 3].map(width);
  return all.map(([figure = '', median = '', range = '', flagger = '']) =>
    [
      figure.padEnd(widths[0] ?? 0),
      median.padStart(widths[1] ?? 0),
      range.padEnd(widths[2] ?? 0),
      flagger.padStart(widths[3] ?? 0),
    ]
      .join('  ')
      .trimEnd(),
  );
}
