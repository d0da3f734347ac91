import type { Compared } from '../../simulation/compare.js';
import { table } from '../client/output.js';
import { duration, percent } from './numbers.js';

const COLUMNS = [
  'policy',
  'scene',
  'runs',
  'promoted',
  'rolledBack',
  'undecided',
  'secondsToPromote',
  'secondsToRollBack',
  'hurt',
  'hurtAtWorst',
] as const;

/** Results of policies, for people: a table a scene. @returns lines */
export function describeCompared(compared: readonly Compared[]): string[] {
  const scenes = [...new Set(compared.map(({ scene }) => scene))];
  return scenes.flatMap((scene) => {
    const rows = compared
      .filter((one) => one.scene === scene)
      .map(({ policy, outcome }) => [
        policy,
        percent(outcome.rolledBack),
        duration(outcome.secondsToRollBack),
        percent(outcome.promoted),
        duration(outcome.secondsToPromote),
        percent(outcome.undecided),
        `${outcome.hurt} (${outcome.hurtAtWorst})`,
      ]);
    const head = ['POLICY', 'ROLLED BACK', 'AFTER', 'PROMOTED', 'AFTER', 'UNDECIDED', 'FAILED REQUESTS'];
    return [scene, ...table([head, ...rows]).map((line) => `  ${line}`), ''];
  });
}

/** The same for spreadsheets (RFC 4180). @returns lines */
export function csvOf(compared: readonly Compared[]): string[] {
  const rows = compared.map(({ policy, scene, outcome }) => {
    const values: Readonly<Record<string, string | number | undefined>> = { policy, scene, ...outcome };
    return COLUMNS.map((column) => field(values[column])).join(',');
  });
  return [COLUMNS.join(','), ...rows];
}

function field(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
