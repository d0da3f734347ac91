// Which commands of this checkout run, so that none takes away the packages that another is using. Nothing but Node itself.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOCK = 'installing';
const LOOK_EVERY_MS = 200;

/** Where the commands of a checkout are written down; beside it rather than in it, so that nothing has to be ignored. */
export function registerOf(root) {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return join(tmpdir(), `serinus-commands-${process.getuid?.() ?? 'all'}-${key}`);
}

/**
 * Writes down that a command runs, until its process ends.
 *
 * @param {string} register folder
 * @param {string} command as people know it
 */
export function enter(register, command) {
  mkdirSync(register, { recursive: true });
  writeFileSync(join(register, String(process.pid)), command);
  process.once('exit', () => leave(register));
}

/** The command of this process uses nothing of the checkout's packages, or no more. */
export function leave(register) {
  rmSync(join(register, String(process.pid)), { force: true });
}

/** The commands that run besides this process. Who has only just come may be about to wait: they are looked at twice. */
export function othersIn(register) {
  if (aliveIn(register).length === 0) return [];
  pause(LOOK_EVERY_MS);
  return aliveIn(register).map((pid) => ({ pid, command: readFileSync(join(register, String(pid)), 'utf8') }));
}

function aliveIn(register) {
  const others = readdirSync(register)
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
  // Of one that was killed, the entry stays.
  for (const pid of others) if (!isAlive(pid)) rmSync(join(register, String(pid)), { force: true });
  return others.filter(isAlive);
}

/**
 * Does something that no two processes of a checkout may do at once; waits for whoever does it now.
 *
 * @template T
 * @param {string} register folder
 * @param {() => void} onWait called once where somebody else does it
 * @param {() => T} work
 * @returns {T}
 */
export function alone(register, onWait, work) {
  const lock = join(register, LOCK);
  for (let waited = false; !taken(lock); waited = true) {
    if (!waited) onWait();
    pause(LOOK_EVERY_MS);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    dropAbandoned(lock);
    return false;
  }
}

/** One that was killed in the middle holds it for ever. */
function dropAbandoned(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
