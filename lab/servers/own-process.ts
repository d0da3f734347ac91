import { fileURLToPath } from 'node:url';
import type { ServerCommand } from './server-spec.js';

/** The repository's folder, ending in a slash. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** How a TypeScript file of this repository is run as a process of its own. */
export function ownProcess(file: string, args: readonly string[]): ServerCommand {
  return {
    file: process.execPath,
    // The loader is named by its path, because the child may run in any folder.
    args: ['--import', import.meta.resolve('tsx'), `${repositoryRoot}${file}`, ...args],
  };
}
