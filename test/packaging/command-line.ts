import { CommanderError, type Command, type Option } from 'commander';
import { createProgram } from '../../src/cli/program.js';

/** A command of `serinus` as it is made for this test. */
export function commandNamed(name: string, program = createProgram()): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (!found) throw new Error(`serinus has no command ${name}`);
  return found;
}

function optionsOf(name: string): readonly Option[] {
  return commandNamed(name).options;
}

/** Variables that stand for flags of a command. */
export function variablesOf(name: string): readonly string[] {
  return optionsOf(name).flatMap(({ envVar }) => (envVar === undefined ? [] : [envVar]));
}

/**
 * What is wrong with a command line, without carrying it out; undefined where nothing is.
 *
 * @param args from the command's name on
 */
export async function complaintAbout(args: readonly string[]): Promise<string | undefined> {
  const program = createProgram();
  const command = commandNamed(args[0] ?? '', program);
  for (const each of [program, ...withItsOwn(command)]) {
    each.exitOverride().configureOutput({ writeErr: () => undefined });
    if (each !== program && each.commands.length === 0) each.action(() => undefined);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

function withItsOwn(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withItsOwn)];
}

/** Variables that Serinus reads without a flag, of Temporal, OpenTelemetry and recipients of notices. */
export function isKnownVariable(name: string, command: string): boolean {
  return (
    variablesOf(command).includes(name) ||
    /^(TEMPORAL_|OTEL_)/.test(name) ||
    ['KUBECONFIG', 'SLACK_URL', 'SLACK_TOKEN', 'MSTEAMS_URL', 'EVENT_WEBHOOK_URL', 'CLOUDEVENTS_URL'].includes(name)
  );
}
