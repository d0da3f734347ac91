import type { Command, Option } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { GRANTS, PROCESSES } from '../rbac/rules.js';

/** Pages of docs/ that have such tables. */
export const PAGES = ['operating.md', 'security.md'] as const;

/** What a table is made of: its head, then its rows. */
const TABLES: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  'flags of all servers': () => flags({ of: ['worker', 'watcher', 'api', 'all'], but: [] }),
  'flags of the archive': () => flags({ of: ['worker', 'api', 'all'], but: ['watcher'] }),
  'flags of the api': () => flags({ of: ['api'], but: ['worker'] }),
  'flags of the load tester': () => flags({ of: ['loadtester'], but: [] }),
  rights: () => [
    ['resource', ...PROCESSES, 'what for'],
    ...GRANTS.map(({ group, resource, verbs, why }) => [
      `\`${resource}\`${group === '' ? '' : ` (${group})`}`,
      ...PROCESSES.map((process) => (verbs[process] ?? []).join(', ')),
      why,
    ]),
  ],
};

/**
 * A page with its tables as the sources have them now. A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
 *
 * @throws Error for a table that nobody knows
 */
export function withTables(page: string): string {
  return page.replaceAll(/<!-- table: ([\w ]+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const rows = TABLES[name]?.();
    if (!rows) throw new Error(`there is no table "${name}"; there are ${Object.keys(TABLES).join(', ')}`);
    return `<!-- table: ${name} -->\n\n${layout(rows)}\n\n<!-- end -->`;
  });
}

/** @param which flags that all commands `of` have, and none of those `but` */
function flags(which: { readonly of: readonly string[]; readonly but: readonly string[] }): string[][] {
  const program = createProgram();
  const optionsOf = (name: string): readonly Option[] => commandNamed(program, name).options;
  const has = (name: string, { flags: text }: Option) => optionsOf(name).some((option) => option.flags === text);
  const [first = ''] = which.of;
  const meant = optionsOf(first)
    .filter(({ hidden }) => !hidden)
    .filter((option) => which.of.every((name) => has(name, option)) && !which.but.some((name) => has(name, option)));
  return [['flag', 'variable', 'default', ''], ...meant.map(flagRow)];
}

function commandNamed(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (!found) throw new Error(`serinus has no command ${name}`);
  return found;
}

function flagRow(option: Option): string[] {
  const choices = (option.argChoices ?? []).map((choice) => `\`${choice}\``).join(', ');
  return [
    `\`${option.flags}\``,
    option.envVar === undefined ? '' : `\`${option.envVar}\``,
    defaultOf(option),
    [option.description, choices].filter((part) => part !== '').join('; '),
  ];
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  const isSaid = (typeof defaultValue === 'string' && defaultValue !== '') || typeof defaultValue === 'number';
  return isSaid || defaultValue === true ? `\`${defaultValue}\`` : '';
}

/** With its columns under each other, as the formatter wants them. */
function layout(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const [head = [], ...body] = cells;
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
