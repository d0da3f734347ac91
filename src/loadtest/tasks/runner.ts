import { setMaxListeners } from 'node:events';
import type { LoadTesterLog } from '../log.js';
import type { LoadTesterMetrics } from '../metrics.js';
import { runChild, type ChildLimits, type ChildResult } from './child.js';
import { missedHey, runHey } from './hey.js';
import type { Argv } from './permission.js';

/** A command to run for a Canary. */
export interface Task {
  /** `<name>.<namespace>` */
  readonly canary: string;
  readonly command: string;
  /** The command in a form that may be logged. */
  readonly shown: string;
  readonly argv: Argv;
  /** Variables that the task sets for its program. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether the output of a success is logged; that of a failure always is. */
  readonly logOutput: boolean;
}

/** Queued commands are started together, a moment after the first one came. Flagger starts them every 100 ms. */
const START_WITHIN_MS = 50;
/** Queued, running, and with a waiting caller. */
const MAX_TASKS = 100;
/** Of an output, in a line of the log. */
const MAX_LOGGED = 16 * 1024;

/** Runs commands; for each Canary, a queued command runs only once at a time. */
export class TaskRunner {
  private readonly queued = new Map<string, Task>();
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly awaited = new Set<Promise<unknown>>();
  private readonly closing = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: ChildLimits,
    private readonly log: LoadTesterLog,
    private readonly metrics: LoadTesterMetrics,
  ) {
    // Each command listens to it.
    setMaxListeners(MAX_TASKS, this.closing.signal);
  }

  /** Whether no further task is accepted for now. */
  get full(): boolean {
    return this.closing.signal.aborted || this.queued.size + this.running.size + this.awaited.size >= MAX_TASKS;
  }

  /** Runs a command soon. The same command of the same Canary is queued once; its outcome is only logged. */
  enqueue(task: Task): void {
    if (this.closing.signal.aborted) return;
    this.queued.set(identityOf(task), task);
    this.timer ??= setTimeout(() => this.startQueued(), START_WITHIN_MS);
  }

  /** Runs a command at once, for a caller that waits for the outcome. */
  async run(task: Task): Promise<ChildResult> {
    const result = this.carryOut(task);
    this.awaited.add(result);
    try {
      return await result;
    } finally {
      this.awaited.delete(result);
    }
  }

  /** Drops queued commands, stops running ones, and returns when all have ended. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    this.queued.clear();
    await Promise.all([...this.running.values(), ...this.awaited]);
  }

  private startQueued(): void {
    this.timer = undefined;
    for (const [identity, task] of this.queued) {
      if (this.running.has(identity)) {
        this.metrics.skipped();
        this.log.info({ canary: task.canary }, `command skipped ${task.shown} is already running`);
      } else {
        const run = this.carryOut(task).finally(() => this.running.delete(identity));
        this.running.set(identity, run);
      }
    }
    this.queued.clear();
  }

  private async carryOut(task: Task): Promise<ChildResult> {
    const fields = { canary: task.canary };
    this.metrics.begun();
    this.log.info(fields, `task starting ${task.shown}`);
    const result = await this.execute(task);
    const output = result.output.slice(-MAX_LOGGED);
    if (result.error === undefined) {
      this.log.info(task.logOutput ? { ...fields, output } : fields, `command finished ${task.shown}`);
    } else {
      this.log.error(fields, `command failed ${task.shown} ${result.error} ${output}`);
    }
    this.metrics.ended(result.error === undefined ? 'finished' : 'failed');
    return result;
  }

  /** By the program; without it where the program is hey, and isn't installed. */
  private async execute({ argv, variables }: Task): Promise<ChildResult> {
    const result = await runChild(argv, this.limits, this.closing.signal, variables);
    const hey = missedHey(argv, result);
    return hey ? runHey(hey, this.limits, this.closing.signal) : result;
  }
}

function identityOf({ canary, command }: Task): string {
  return JSON.stringify([canary, command]);
}
