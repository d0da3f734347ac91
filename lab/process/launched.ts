import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './groups.js';
import type { Leash } from './leash.js';

/** A program to start: what, with which arguments and environment, and where its output goes. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard output and error are appended to this file. */
  readonly log: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a killed process may take to be reaped before we stop waiting for it. */
const REAP_MS = 2_000;

/**
 * A running child in a process group of its own, held by a leash until it is gone.
 *
 * `exited` resolves once the child has ended, and never rejects. A program that can't be started at all, for
 * instance because it isn't there, counts as ended with code 127; `startError` then says why.
 */
export class Launched {
  readonly exited: Promise<Exit>;
  readonly log: string;
  readonly pid: number | undefined;
  startError: Error | undefined;
  #exit: Exit | undefined;

  constructor(launch: Launch, leash: Leash) {
    this.log = launch.log;
    mkdirSync(dirname(launch.log), { recursive: true });
    const output = openSync(launch.log, 'a');
    const child = spawn(launch.file, launch.args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...launch.env },
      ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
    });
    this.pid = child.pid;
    if (child.pid !== undefined) leash.hold(child.pid);
    closeSync(output);
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit) => {
        this.#exit = exit;
        this.#sweepGroup(leash);
        resolve(exit);
      };
      child.once('error', (error) => {
        this.startError = error;
        if (child.pid === undefined) ended({ code: 127, signal: null });
      });
      child.once('exit', (code, signal) => ended({ code, signal }));
    });
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** How it ended, if it has. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running && this.pid !== undefined) signalGroup(this.pid, signal);
  }

  /** Asks it to end and kills it when it has not within `graceMs`. Safe to call more than once. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 5_000): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    if (signal !== 'SIGKILL' && !(await this.#endsWithin(graceMs))) this.signal('SIGKILL');
    await this.#endsWithin(REAP_MS);
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const timeout = new AbortController();
    const late = sleep(ms, false, { signal: timeout.signal }).catch(() => false);
    const ended = await Promise.race([this.exited.then(() => true), late]);
    timeout.abort();
    return ended;
  }

  /** What the child left behind in its group goes with it. */
  #sweepGroup(leash: Leash): void {
    if (this.pid === undefined) return;
    signalGroup(this.pid, 'SIGKILL');
    leash.release(this.pid);
  }
}
