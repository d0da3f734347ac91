import { fileURLToPath } from 'node:url';

/** How long a start takes on a machine full of other work is nothing that a test is about. */
export const START_MS = 120_000;

/**
 * How Serinus is started as a process of its own: as `npm test` has compiled it, or from its sources where tests run by
 * themselves.
 *
 * @param compiled another version's `main.js`
 * @returns arguments of Node.js
 */
export function serinusArguments(args: readonly string[], compiled = process.env['SERINUS_CLI']): string[] {
  if (compiled !== undefined) return [compiled, ...args];
  const sources = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  return ['--import', import.meta.resolve('tsx'), sources, ...args];
}
