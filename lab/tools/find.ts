import { availableParallelism } from 'node:os';
import { Outlook } from './outlook.js';
import type { FoundProgram, Program } from './program.js';
import { secondsSince, type Progress } from './progress.js';
import type { Source } from './source.js';

/** Builds compete for the same cores and a gigabyte of memory each. */
const AT_ONCE = 2;

/** A program that no source could supply, with the sources' reasons. */
class ProgramNotFoundError extends Error {
  override readonly name = 'ProgramNotFoundError';

  constructor(
    readonly program: Program,
    readonly reasons: readonly string[],
  ) {
    super(`${program.name} ${program.version}: ${reasons.join('; ')}`);
  }
}

/** Tries the sources one after the other; the first that has the program wins. */
export async function findProgram(program: Program, sources: readonly Source[]): Promise<FoundProgram> {
  const started = Date.now();
  const reasons: string[] = [];
  for (const source of sources) {
    const answer = await source.find(program);
    if ('path' in answer) {
      return { name: program.name, path: answer.path, method: source.method, seconds: secondsSince(started) };
    }
    if (answer.why !== undefined) reasons.push(answer.why);
  }
  throw new ProgramNotFoundError(program, reasons);
}

/**
 * Finds several programs side by side, at most two at a time, and says of each how it was come by.
 * Rejects with one error that names all that are missing and what can be done about it.
 */
export async function findPrograms(
  programs: readonly Program[],
  sources: readonly Source[],
  progress: Progress,
): Promise<FoundProgram[]> {
  const found: FoundProgram[] = [];
  const missing: ProgramNotFoundError[] = [];
  const outlook = new Outlook(programs, availableParallelism());
  const look = async (program: Program, among: readonly Source[]): Promise<boolean> => {
    try {
      const one = await findProgram(program, among);
      outlook.end(program);
      progress.line(describeFind(program, one));
      found.push(one);
      return true;
    } catch (error) {
      if (!(error instanceof ProgramNotFoundError)) throw error;
      // Only once every source was asked is it known why nobody has it.
      if (among === sources) missing.push(error);
      return false;
    }
  };
  const waiting: Program[] = [];
  const quick = sources.filter(({ isQuick }) => isQuick);
  for (const program of programs) if (!(await look(program, quick))) waiting.push(program);
  const worker = async () => {
    for (let program = waiting.shift(); program; program = waiting.shift()) {
      outlook.begin(program);
      await look(program, sources);
    }
  };
  const done = waiting.length > 0 ? progress.overall(() => outlook.text()) : undefined;
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    done?.();
  }
  if (missing.length > 0) throw new Error(explainMissing(missing));
  return found;
}

function describeFind(program: Program, { method, seconds, path }: FoundProgram): string {
  const took = seconds > 0 ? ` in ${seconds} s` : '';
  const where = method === 'setting' || method === 'PATH' ? ` (${path})` : '';
  return `${program.name} ${program.version}: from ${method === 'PATH' ? 'the PATH' : `the ${method}`}${where}${took}`;
}

function explainMissing(missing: readonly ProgramNotFoundError[]): string {
  const settings = missing.map(({ program }) => `${program.setting}=/path/to/${program.name}`);
  return [
    'The lab needs programs that are neither here nor to be had:',
    ...missing.map((error) => `  ${error.message}`),
    'Choose one:',
    '  - install Go (1.25 or newer): the lab then builds all of them by itself, once;',
    '  - connect to a network from which official releases can be downloaded;',
    `  - name programs that you have: ${[...new Set(settings)].join(' ')};`,
    '  - do without the lab, and point Serinus at a Temporal and a cluster of your own.',
  ].join('\n');
}
