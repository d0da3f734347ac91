import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { VersionCheck } from './program.js';
import { runCommand } from './run-command.js';

const VERSION_TIMEOUT_MS = 10_000;

/** Whether what a program prints is of a version that will do. */
export function satisfies(check: VersionCheck, output: string): boolean {
  const match = check.pattern.exec(output);
  if (!match) return false;
  if (!check.atLeast) return true;
  const version = (match[1] ?? '').split('.').map(Number);
  for (const [index, wanted] of check.atLeast.entries()) {
    const actual = version[index] ?? 0;
    if (actual !== wanted) return actual > wanted;
  }
  return true;
}

/** Whether the program at a path is of a version that will do. */
export async function isAcceptable(path: string, check: VersionCheck): Promise<boolean> {
  try {
    const { output } = await runCommand(path, check.args, { timeoutMs: VERSION_TIMEOUT_MS });
    return satisfies(check, output);
  } catch {
    return false; // it can't be started, so it is not what we look for
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The first executable of that name on the PATH. */
export async function findOnPath(name: string, path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}
