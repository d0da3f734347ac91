import { readFileSync } from 'node:fs';

const CHECK_EVERY_MS = 500;
const MAX_DEPTH = 6;

interface Link {
  readonly child: number;
  readonly parent: number;
}

/**
 * Calls back once when the process that started us is gone: our parent, and when npm started us also the
 * chain up to npm. A SIGKILL of npm reaches neither the script it runs nor us, so somebody must look.
 * Returns a function that stops the watch.
 */
export function watchAncestors(onGone: () => void): () => void {
  const chain = chainToWatch();
  const timer = setInterval(() => {
    if (chain.every((link) => parentOf(link.child) === link.parent)) return;
    clearInterval(timer);
    onGone();
  }, CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Only links that can break: a process whose parent is already the init process has lost nobody. */
function chainToWatch(): Link[] {
  const links: Link[] = [];
  const startedByNpm = process.env['npm_lifecycle_event'] !== undefined;
  for (let child = process.pid; links.length < MAX_DEPTH;) {
    const parent = parentOf(child);
    if (parent === undefined || parent <= 1) break;
    links.push({ child, parent });
    if (!startedByNpm || nameOf(parent)?.startsWith('npm')) break;
    child = parent;
  }
  // Without an npm found on the way up, the ancestors further up are none of our business.
  const top = links.at(-1);
  return top && startedByNpm && !nameOf(top.parent)?.startsWith('npm') ? links.slice(0, 1) : links;
}

/** The parent's process id; of processes other than ourselves only where there is a /proc. */
function parentOf(pid: number): number | undefined {
  if (pid === process.pid) return process.ppid;
  const parent = procStatus(pid, 'PPid');
  return parent === undefined ? undefined : Number(parent);
}

function nameOf(pid: number): string | undefined {
  return procStatus(pid, 'Name');
}

function procStatus(pid: number, field: string): string | undefined {
  try {
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined; // the process is gone, or there is no /proc here
  }
}
