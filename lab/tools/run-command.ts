import { spawn } from 'node:child_process';
import type { Leash } from '../process/leash.js';

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Runs it in a process group of its own that ends with us: for what takes minutes, like a build. */
  readonly leash?: Leash;
}

export interface CommandResult {
  readonly code: number;
  /** Standard output and error, in the order in which they came. */
  readonly output: string;
}

/** Runs a program to its end and collects what it prints. Rejects only when it can't be started. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      detached: options.leash !== undefined,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
    });
    const { pid } = child;
    if (pid !== undefined) options.leash?.hold(pid);
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      if (pid !== undefined) options.leash?.release(pid);
      resolve({ code: code ?? 1, output });
    });
  });
}
