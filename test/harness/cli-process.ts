import { spawn, type ChildProcess } from 'node:child_process';
import { serinusArguments } from './serinus.js';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<Ended>;
}

/** Starts `serinus` as a process of its own, away from a terminal and from settings of whoever runs the tests. */
export function start(args: readonly string[], env: Record<string, string> = {}, input = ''): Running {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SERINUS_|NO_COLOR|FORCE_COLOR|NODE_TEST)/.test(name));
  const child = spawn(process.execPath, serinusArguments(args), {
    env: { ...Object.fromEntries(kept), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined).end(input);
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, out: () => out, err: () => err, ended };
}

export async function serinus(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ended> {
  return start(args, env, input).ended;
}
