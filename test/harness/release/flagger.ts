import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { findFlagger, flaggerArguments } from '../../../lab/flagger.js';
import { until } from '../until.js';
import type { ReleaseScene } from './scene.js';

/** The real Flagger at work in a world's namespace. */
export class FlaggerProcess {
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private readonly log: string;

  private constructor(
    private readonly world: ReleaseScene,
    private readonly path: string,
  ) {
    const logs = join(world.lab.directory, 'flagger');
    mkdirSync(logs, { recursive: true });
    this.log = join(logs, `${world.namespace}.log`);
  }

  /** Finds the program, which may have to be built first; it does not run yet. Ends with the test. */
  static async find(t: TestContext, world: ReleaseScene): Promise<FlaggerProcess> {
    const found = new FlaggerProcess(world, await findFlagger((line) => t.diagnostic(line)));
    t.after(() => found.stop());
    return found;
  }

  async start(): Promise<void> {
    const args = await flaggerArguments(this.world.lab, this.world.namespace);
    const out = openSync(this.log, 'a');
    const since = readFileSync(this.log, 'utf8').length;
    const child = spawn(this.path, args, {
      stdio: ['ignore', out, out],
      env: { ...process.env, ...this.world.lab.environment() },
    });
    this.child = child;
    this.exited = new Promise((resolve) => child.on('exit', () => resolve()));
    const text = () => readFileSync(this.log, 'utf8').slice(since);
    await until(() => text().includes('Started operator workers'), `Flagger works, see ${this.log}`, 60_000);
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(timer);
  }
}
