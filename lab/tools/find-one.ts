import { Leash } from '../process/leash.js';
import { findPrograms } from './find.js';
import type { Program } from './program.js';
import { plainProgress } from './progress.js';
import { defaultSources } from './source.js';

/**
 * Finds or builds a program that is no server of a lab, and that only some tests or scripts ask for.
 *
 * @param log is called with how it was come by, which may take minutes the first time
 * @returns the program's path
 */
export async function findOne(program: Program, log: (line: string) => void): Promise<string> {
  const leash = new Leash();
  try {
    const progress = plainProgress(log);
    const [found] = await findPrograms([program], defaultSources(progress, leash), progress);
    if (!found) throw new Error(`no ${program.name} was found`);
    return found.path;
  } finally {
    leash.close();
  }
}
