import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { complaintAbout } from './command-line.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** A command in the words of a shell; what a shell would put in for a variable is a word like any other. */
export type Words = readonly string[];

/** The commands of a page's blocks for a shell. Of a block that also shows answers, the lines that begin with "$ ". */
export function commandsIn(markdown: string): readonly Words[] {
  const fenced = [...markdown.matchAll(/```(?:sh|console)\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  return [...fenced, indentedIn(markdown.replace(/```[\s\S]*?```/g, ''))].flatMap((block) => {
    const joined = block.replace(/\\\n\s*/g, ' ').split('\n');
    const prompted = joined.filter((line) => line.startsWith('$ '));
    const lines = prompted.length > 0 ? prompted.map((line) => line.slice(2)) : joined;
    return lines.flatMap((line) => parts(line)).filter((words) => words.length > 0);
  });
}

/** Lines that stand in by themselves, where they begin as a command does, and what they go on with. */
export function indentedIn(text: string): string {
  const found = text.match(/^ +(?:npm|npx|kubectl|serinus|curl|export) (?:.*\\\n)*.*$/gm) ?? [];
  return found.map((line) => line.trim()).join('\n');
}

/** A line's commands, at pipes and the like; without comments, variables before them, and what is redirected. */
function parts(line: string): Words[] {
  const all: string[][] = [[]];
  for (const [, single, double, plain, end] of line.matchAll(
    /'([^']*)'|"([^"]*)"|(#.*$|[^\s'"|&;]+(?:"[^"]*")?)|(\|\|?|&&?|;)/g,
  )) {
    if (plain?.startsWith('#')) break;
    if (end !== undefined) all.push([]);
    else all.at(-1)?.push(single ?? double ?? plain ?? '');
  }
  return all.map((words) => {
    const from = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
    const to = words.findIndex((word) => /^\d?[<>]/.test(word) && word !== '<version>');
    return words.slice(Math.max(from, 0), to < 0 ? undefined : to);
  });
}

/** What a command passes on to `serinus`; undefined for all others. */
function argumentsOf(words: Words): Words | undefined {
  const [first, second, third] = words;
  if (first === 'serinus') return words.slice(1);
  if (first === 'kubectl' && second === 'serinus') return words.slice(2);
  const isScript = first === 'npm' && second === 'run' && third === 'serinus';
  return isScript ? words.slice(words[3] === '--' ? 4 : 3) : undefined;
}

/** What is wrong with a command, as far as that shows without running it. */
export async function complaint(words: Words): Promise<string | undefined> {
  const passed = argumentsOf(words);
  if (passed !== undefined) return passed[0]?.startsWith('-') === true ? undefined : complaintAbout(passed);
  if (words[0] === 'npm' && words[1] === 'run') {
    const name = words.slice(2).find((word) => !word.startsWith('-')) ?? '';
    return name in scripts ? undefined : `there is no script ${name}`;
  }
  // What is in this repository is there; a file of the reader's own can't be known.
  const missing = words.filter(
    (word) => /^(?:lab|deploy|examples|test)\/[\w./-]+$/.test(word) && !existsSync(join(root, word)),
  );
  return missing.length === 0 ? undefined : `there is no ${missing.join(', ')}`;
}
