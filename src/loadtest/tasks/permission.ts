import type { LoadTesterSettings } from '../options.js';
import { splitCommand } from './command-line.js';
import { namedVariables } from './variables.js';

/** The words that start a process: a program and its arguments. */
export type Argv = readonly [program: string, ...args: string[]];

export type Permission =
  | {
      readonly ok: true;
      readonly argv: Argv;
      /** Variables that the task sets for its program. */
      readonly variables?: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly problem: string };

export type Rules = Pick<LoadTesterSettings, 'programs' | 'allowShell'>;

/** Whether a `cmd` task may run, and how: directly, or by `sh -c` where shells are allowed. */
export function permitCommand(command: string, rules: Rules): Permission {
  if (rules.allowShell) return { ok: true, argv: ['sh', '-c', command] };
  const line = splitCommand(command);
  if (!line.ok) {
    const problem = `the command has shell syntax (${line.problem}): quote it, or start the load tester with --allow-shell`;
    return { ok: false, problem };
  }
  const { variables, words, refused } = namedVariables(line.words);
  if (refused !== undefined) return { ok: false, problem: `a task may not set ${refused}: it decides what is run` };
  const [program = '', ...args] = words;
  if (rules.programs.has(program)) {
    const argv: Argv = [program, ...args];
    return Object.keys(variables).length === 0 ? { ok: true, argv } : { ok: true, argv, variables };
  }
  return { ok: false, problem: refusalOf(program) };
}

/** Whether a `bash` task may run. */
export function permitBash(command: string, rules: Rules): Permission {
  if (rules.allowShell) return { ok: true, argv: ['bash', '-c', command] };
  return { ok: false, problem: 'tasks of type bash need a load tester that was started with --allow-shell' };
}

/** Whether a task may run whose command is the arguments of this program, separated by blanks: there is no quoting. */
export function permitProgram(program: string): (command: string, rules: Rules) => Permission {
  return (command, { allowShell, programs }) =>
    allowShell || programs.has(program)
      ? { ok: true, argv: [program, ...command.split(/\s+/)] }
      : { ok: false, problem: refusalOf(program) };
}

/** A path is never allowed: only the program in PATH with this bare name is the intended one. */
function refusalOf(program: string): string {
  const shown = /^[\w.+-]{1,64}$/.test(program) ? program : undefined;
  if (shown === undefined) return 'the command must begin with the bare name of a program that --allow lists';
  return `program ${shown} is not allowed: start the load tester with --allow ${shown} to allow it`;
}
