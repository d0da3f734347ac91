import { spawn, type ChildProcess } from 'node:child_process';
import { messageOf } from '../../errors.js';
import type { Argv } from './permission.js';

export interface ChildLimits {
  readonly timeoutMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** The program's environment, except variables that the task sets itself. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ChildResult {
  /** The end of what it wrote to standard output and standard error. */
  readonly output: string;
  /** Why it failed, as Go's `os/exec` words it (`exit status 1`); undefined where it didn't. */
  readonly error: string | undefined;
  /** The program doesn't exist. */
  readonly notFound?: boolean;
}

const MAX_OUTPUT_BYTES = 256 * 1024;

/**
 * Runs a program in a process group of its own. When its time is up, or the signal aborts, the whole group gets SIGTERM
 * and, if that doesn't help, SIGKILL.
 *
 * @param named variables that the task sets for the program
 * @returns when the program and every process with its output open has ended; a program that fails is a result
 */
export async function runChild(
  argv: Argv,
  limits: ChildLimits,
  signal: AbortSignal,
  named: Readonly<Record<string, string>> = {},
): Promise<ChildResult> {
  if (signal.aborted) return { output: '', error: STOPPED };
  const [program, ...args] = argv;
  let child: ChildProcess;
  try {
    const env = { ...named, ...limits.environment };
    child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  } catch (error) {
    // Some refusals of the operating system come at once, for instance an argument list that is too long.
    return { output: '', error: messageOf(error) };
  }
  return watch(child, program, limits, signal);
}

export const STOPPED = 'stopped: the load tester is shutting down';

export function timedOut(timeoutMs: number): string {
  return `timed out after ${timeoutMs / 1_000}s`;
}

function watch(child: ChildProcess, program: string, limits: ChildLimits, signal: AbortSignal): Promise<ChildResult> {
  return new Promise((resolve) => {
    const tail = new Tail(MAX_OUTPUT_BYTES);
    let ended: string | undefined;
    let lastResort: NodeJS.Timeout | undefined;
    const end = (why: string) => {
      if (ended !== undefined) return;
      ended = why;
      killGroup(child, 'SIGTERM');
      lastResort = setTimeout(() => {
        killGroup(child, 'SIGKILL');
        // A descendant that has left the group may keep the pipes open for ever.
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, limits.graceMs);
    };
    const timer = setTimeout(() => end(timedOut(limits.timeoutMs)), limits.timeoutMs);
    const stop = () => end(STOPPED);
    signal.addEventListener('abort', stop, { once: true });
    const settle = (error: string | undefined, notFound = false) => {
      clearTimeout(timer);
      clearTimeout(lastResort);
      signal.removeEventListener('abort', stop);
      // Members of the group that ignored SIGTERM and have no pipe open.
      if (ended !== undefined) killGroup(child, 'SIGKILL');
      resolve({ output: tail.text(), error: ended ?? error, ...(notFound && ended === undefined ? { notFound } : {}) });
    };
    child.stdout?.on('data', (chunk: Buffer) => tail.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => tail.push(chunk));
    child.on('error', (error) => {
      if (child.pid === undefined) settle(startProblem(program, error), isMissing(error));
    });
    child.on('close', (code, by) =>
      settle(code === 0 ? undefined : by ? `signal: ${by}` : `exit status ${code ?? -1}`),
    );
  });
}

function startProblem(program: string, error: Error): string {
  return isMissing(error) ? `exec: ${JSON.stringify(program)}: executable file not found in $PATH` : error.message;
}

function isMissing(error: Error): boolean {
  return 'code' in error && error.code === 'ENOENT';
}

/** The group is empty, or we may not signal its processes (a program that became another user). */
const OUT_OF_REACH = new Set(['ESRCH', 'EPERM']);

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && OUT_OF_REACH.has(String(error.code)))) throw error;
  }
}

/** Keeps the end of a program's output, where its report and its errors are. */
export class Tail {
  private kept = Buffer.alloc(0);
  private cut = false;

  /** @param limit bytes */
  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    const all = Buffer.concat([this.kept, chunk]);
    this.cut ||= all.length > this.limit;
    this.kept = all.subarray(-this.limit);
  }

  text(): string {
    return (this.cut ? '… ' : '') + this.kept.toString('utf8');
  }
}
