import type { Command, Help, Option } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { literal, table } from './markdown.js';

/** `docs/cli-reference.md`: every command with its arguments and flags, as the program itself has them. */
export function cliReference(): string {
  const program = createProgram();
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help');
  const sections = commands.flatMap((command) => [command, ...command.commands]).map((one) => sectionOf(one, help));
  return `# Command line reference

Made from the program by \`npm run manifests\`; [cli.md](cli.md) explains it.

${sections.join('\n\n')}
`;
}

function sectionOf(command: Command, help: Help): string {
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const described = help.visibleArguments(command).filter(({ description }) => description !== '');
  const parts = [
    `## ${literal(pathOf(command))}`,
    `${literal(help.commandUsage(command).replace(' [options]', ''))}: ${command.description()}.`,
    described.length > 0
      ? table(
          ['argument', ''],
          described.map((one) => [literal(one.name()), help.argumentDescription(one)]),
        )
      : '',
    options.length > 0 ? table(['flag', 'variable', 'default', ''], options.map(rowOf)) : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

function rowOf(option: Option): string[] {
  const choices = (option.argChoices ?? []).map(literal).join(', ');
  return [
    literal(option.flags),
    option.envVar === undefined ? '' : literal(option.envVar),
    defaultOf(option),
    [option.description, choices].filter((part) => part !== '').join('; '),
  ];
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  const isSaid = (typeof defaultValue === 'string' && defaultValue !== '') || typeof defaultValue === 'number';
  return isSaid || defaultValue === true ? literal(String(defaultValue)) : '';
}
