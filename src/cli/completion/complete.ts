import type { Argument, Command, Option } from 'commander';

/** Words that only the live cluster knows. Nothing here throws: a failed completion stays silent. */
export interface Live {
  /** Names of Canaries. */
  canaries(namespace: string): Promise<readonly string[]>;
  namespaces(): Promise<readonly string[]>;
  /** Ids of the releases of a Canary, the newest first. */
  releases(namespace: string, canary: string): Promise<readonly string[]>;
}

/** The words of a command typed so far. */
interface Typed {
  readonly command: Command;
  /** Values of its arguments. */
  readonly values: readonly string[];
  /** The option whose value comes next. */
  readonly pending: Option | undefined;
  readonly namespace: string | undefined;
}

/**
 * The possible words at the cursor.
 *
 * @param words typed after the program's name; the last one is being typed, and may be empty
 * @param flagsOf the typed flags that name the server
 */
export async function complete(
  program: Command,
  words: readonly string[],
  live: (flagsOf: readonly string[]) => Live,
): Promise<readonly string[]> {
  const before = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  const typed = read(program, before);
  const found = await candidates(typed, word, live(before));
  return found.filter((candidate) => candidate.startsWith(word));
}

async function candidates(typed: Typed, word: string, live: Live): Promise<readonly string[]> {
  const { command, pending } = typed;
  if (pending) return valuesOf(pending, live);
  const [, flag, start] = /^(--[\w-]+=)(.*)$/.exec(word) ?? [];
  if (flag !== undefined && start !== undefined) {
    const option = command.options.find(({ long }) => `${long}=` === flag);
    return (option ? await valuesOf(option, live) : []).map((value) => flag + value);
  }
  if (word.startsWith('-')) return optionsOf(command);
  if (command.commands.length > 0) return visible(command).map((child) => child.name());
  return argumentsOf(typed, live);
}

function read(program: Command, words: readonly string[]): Typed {
  let command = program;
  let pending: Option | undefined;
  let namespace: string | undefined;
  const values: string[] = [];
  for (const word of words) {
    if (pending) {
      if (pending.long === '--namespace') namespace = word;
      pending = undefined;
    } else if (word.startsWith('-')) {
      const [name, value] = word.split('=', 2);
      const option = command.options.find(({ short, long }) => name === short || name === long);
      if (option?.long === '--namespace') namespace = value ?? namespace;
      if (option?.required && value === undefined) pending = option;
    } else {
      const child = command.commands.find((one) => one.name() === word);
      if (child) command = child;
      else values.push(word);
    }
  }
  return { command, values, pending, namespace };
}

async function valuesOf(option: Option, live: Live): Promise<readonly string[]> {
  if (option.argChoices) return option.argChoices;
  return option.long === '--namespace' ? live.namespaces() : [];
}

function optionsOf(command: Command): string[] {
  const own = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  return [...own, '--help'];
}

function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

async function argumentsOf({ command, values, namespace }: Typed, live: Live): Promise<readonly string[]> {
  const wanted = argumentAt(command, values.length);
  if (!wanted) return [];
  if (wanted.argChoices) return wanted.argChoices;
  const where = namespace ?? process.env['SERINUS_NAMESPACE'] ?? 'default';
  if (wanted.name() === 'canary') {
    const names = await live.canaries(where);
    return names.filter((name) => !values.includes(name));
  }
  return wanted.name().startsWith('release') ? live.releases(where, values[0] ?? '') : [];
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[index] ?? (last?.variadic === true ? last : undefined);
}
