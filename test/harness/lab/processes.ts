import { readFileSync } from 'node:fs';

/** Gone, or a zombie that its new parent has yet to bury. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
