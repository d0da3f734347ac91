import { formatGoDuration } from '../../src/crds/duration.js';
import type { Compared } from '../../src/simulation/compare.js';
import type { Burst } from './bursts.js';
import type { Cost } from './cost.js';
import type { Coverage } from './coverage.js';

/** Between these, docs/judgement.md has the report. */
export const MARKS = { begin: '<!-- npm run judge -->', end: '<!-- end -->' } as const;

/** What is measured besides the table of all policies. */
export interface Besides {
  readonly coverage: Coverage;
  readonly bursts: readonly Burst[];
  readonly cost: Cost;
}

/** The figures as Markdown. */
export function reportOf(
  compared: readonly Compared[],
  { coverage: { runs: covered, missed }, bursts, cost }: Besides,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): string {
  const policies = [...new Set(compared.map(({ policy }) => policy))];
  const scenes = [...new Set(compared.map(({ scene }) => scene))];
  const rows = scenes.map((scene) => [scene, ...policies.map((policy) => cell(compared, scene, policy))]);
  return [
    `${runs} releases a cell, seed ${seed}: rolled back (half of them within), promoted (half of them within); the rest is`,
    'undecided in time.',
    '',
    row(['', ...policies]),
    row(['---', ...policies.map(() => '---')]),
    ...rows.map(row),
    '',
    `Over ${covered} simulated releases of 60 looks each, the 95 % interval ever missed the true ratio in`,
    `${missed.map(([ratio, part]) => `${percent(part)} (ratio ${ratio})`).join(', ')} of them; 5 % is allowed.`,
    '',
    'What failures that come so many at once cost `balanced`, rolled back:',
    '',
    row(['at once', 'healthy, φ = 1', 'healthy, φ measured', 'twice the errors, measured', 'five times, measured']),
    row(['---:', '---:', '---:', '---:', '---:']),
    ...bursts.map(({ burst, healthyUndamped, healthy, twice, fiveTimes }) =>
      row([String(burst), ...[healthyUndamped, healthy, twice, fiveTimes].map(percent)]),
    ),
    '',
    ...costLines(cost),
  ].join('\n');
}

function costLines({ bytes, microseconds }: Cost): readonly string[] {
  const kept = bytes.map(([windows, metrics, withLatency]) => `${windows}: ${metrics} (${withLatency})`);
  const took = `${Math.round(microseconds.metrics)} µs (${Math.round(microseconds.withLatency)} µs)`;
  return [
    `Bytes that are remembered of three metrics (with latency at eight edges besides) after so many windows: ${kept.join(', ')};`,
    `a window takes ${took} of a processor.`,
  ];
}

function cell(compared: readonly Compared[], scene: string, policy: string): string {
  const { outcome } = compared.find((one) => one.scene === scene && one.policy === policy) ?? {};
  if (!outcome) throw new Error(`nothing was measured of ${policy}, ${scene}`);
  const { rolledBack, promoted, secondsToRollBack, secondsToPromote } = outcome;
  return `${share(rolledBack, secondsToRollBack)}, ${share(promoted, secondsToPromote)}`;
}

function share(part: number, seconds: number | undefined): string {
  return seconds === undefined ? percent(part) : `${percent(part)} (${formatGoDuration(Math.round(seconds) * 1000)})`;
}

function percent(part: number): string {
  return `${Number((100 * part).toPrecision(3))} %`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
