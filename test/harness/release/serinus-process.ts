import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectedLab } from '../../../lab/lab.js';
import { serinusArguments, START_MS } from '../serinus.js';
import { until } from '../until.js';

/** What a Serinus process looks at. */
export interface Scope {
  readonly lab: ConnectedLab;
  readonly namespace: string;
  readonly cluster: string;
}

/** A Serinus that runs, as tests see it. */
export interface RunningSerinus {
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again, with the same arguments. */
  restart(): Promise<void>;
  /** What it has logged. */
  text(): string;
}

let count = 0;

/** A Serinus process as users run it. */
export class SerinusProcess implements RunningSerinus {
  readonly log: string;
  private child: ChildProcess;
  private exited: Promise<void>;

  constructor(
    private readonly scope: Scope,
    private readonly args: readonly string[],
    private readonly env: Record<string, string>,
    /** Another version's `main.js`. */
    private readonly version?: string,
  ) {
    const logs = join(scope.lab.directory, 'serinus');
    mkdirSync(logs, { recursive: true });
    this.log = join(logs, `${scope.namespace}-${(count += 1)}.log`);
    [this.child, this.exited] = this.launch();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(timer);
  }

  async restart(): Promise<void> {
    [this.child, this.exited] = this.launch();
    await this.ready();
  }

  text(): string {
    return readFileSync(this.log, 'utf8');
  }

  async ready(): Promise<void> {
    const marks = [
      ...(this.args[0] === 'watch' ? [] : ['Started operator workers']),
      ...(this.args[0] === 'worker' ? [] : ['Watching']),
    ];
    const since = this.startedAt;
    await until(
      () => marks.every((mark) => this.text().slice(since).includes(mark)),
      `serinus ${this.args.join(' ')} works, see ${this.log}`,
      START_MS,
    );
  }

  private startedAt = 0;

  private launch(): [ChildProcess, Promise<void>] {
    const out = openSync(this.log, 'a');
    this.startedAt = this.textLength();
    const { lab, namespace, cluster } = this.scope;
    const args = serinusArguments([...this.args, '--namespace', namespace, '--cluster-name', cluster], this.version);
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', out, out],
      env: { ...process.env, ...lab.environment(), ...ofTests(lab), ...this.env },
    });
    return [child, new Promise((resolve) => child.on('exit', () => resolve()))];
  }

  private textLength(): number {
    return readFileSync(this.log, 'utf8').length;
  }
}

/** What every Serinus of a test is configured with: where the lab measures, and that an interval may be of seconds. */
function ofTests(lab: ConnectedLab): Record<string, string> {
  return { SERINUS_METRICS_SERVER: lab.prometheusUrl, SERINUS_MIN_INTERVAL: '1' };
}
