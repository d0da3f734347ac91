import { formatGoDuration } from '../../src/crds/duration.js';
import type { Compared } from '../../src/simulation/compare.js';
import type { Coverage } from './coverage.js';

/** Between these, docs/judgement.md has the report. */
export const MARKS = { begin: '<!-- npm run judge -->', end: '<!-- end -->' } as const;

/** The figures as Markdown. */
export function reportOf(
  compared: readonly Compared[],
  { runs: covered, missed }: Coverage,
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
  ].join('\n');
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
