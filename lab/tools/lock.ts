import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../process/groups.js';

const LOOK_EVERY_MS = 300;

/**
 * Runs `work` while holding a lock file, so that two labs don't build the same program at once. A lock
 * whose holder is no longer alive is taken over.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!tryLock(file)) await sleep(LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const holder = holderOf(file);
  if (holder === undefined || isAlive(holder)) return false;
  rmSync(file, { force: true });
  return false;
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 ? pid : undefined; // an empty file: its holder is about to write into it
  } catch {
    return undefined; // just released
  }
}
