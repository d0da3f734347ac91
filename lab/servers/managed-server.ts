import { freePort, isPortFree, returnPort } from '../process/ports.js';
import { Launched } from '../process/launched.js';
import type { Leash } from '../process/leash.js';
import { logTail } from '../process/log-tail.js';
import { waitFor } from '../process/wait.js';
import type { ServerName, ServerState } from '../types.js';
import type { Ports, ServerSpec } from './server-spec.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 5_000;

export interface ServerEnvironment {
  readonly leash: Leash;
  readonly log: (line: string) => void;
  logFile(name: ServerName): string;
  /** The environment that every server starts with. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * One server of the lab through its stops and starts: same ports, same data, same log file.
 *
 * Only at its very first start may it get other ports, when somebody has taken one of ours between
 * choosing and binding; nobody knows the old ones yet then.
 */
export class ManagedServer {
  readonly log: string;
  #ports: Ports | undefined;
  #process: Launched | undefined;
  #everReady = false;
  #stopping = false;
  #closed = false;

  constructor(
    readonly spec: ServerSpec,
    readonly environment: ServerEnvironment,
  ) {
    this.log = environment.logFile(spec.name);
  }

  get name(): ServerName {
    return this.spec.name;
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  /** Whether it has been started before; only then it has ports. */
  get started(): boolean {
    return this.#ports !== undefined;
  }

  get pid(): number | undefined {
    return this.running ? this.#process?.pid : undefined;
  }

  get ports(): Ports {
    if (!this.#ports) throw new Error(`${this.name} has not been started`);
    return this.#ports;
  }

  get url(): string {
    return this.spec.url(this.ports);
  }

  state(): ServerState {
    return {
      name: this.name,
      running: this.running,
      pid: this.pid ?? null,
      url: this.#ports ? this.url : null,
      log: this.log,
    };
  }

  /** Starts it and resolves when it serves. Does nothing when it runs already. */
  async start(): Promise<void> {
    if (this.running) return;
    this.#ports ??= await this.#choosePorts();
    try {
      await this.#launchUntilReady();
    } catch (error) {
      if (this.#everReady || this.#closed || !(await this.#somePortIsTaken())) throw error;
      this.environment.log(`${this.name}: one of its ports was taken meanwhile, trying others`);
      Object.values(this.ports).forEach(returnPort);
      this.#ports = await this.#choosePorts();
      await this.#launchUntilReady();
    }
    this.#everReady = true;
    await this.spec.onReady?.(this.ports);
  }

  /** Stops it; SIGKILL stands for a crash. Ports, data and log stay as they are. */
  async stop(signal: NodeJS.Signals = this.spec.stopSignal, graceMs = STOP_GRACE_MS): Promise<void> {
    this.#stopping = true;
    await this.#process?.stop(signal, graceMs);
  }

  /** Stops it for good, even if it is just about to be started. */
  async close(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    this.#closed = true;
    await this.stop(signal, graceMs);
  }

  async #launchUntilReady(): Promise<void> {
    const { file, args, env } = await this.spec.command(this.ports);
    if (this.#closed) throw new Error(`${this.name} is not started any more: the lab is stopping`);
    const launched = new Launched(
      { file, args, env: { ...this.environment.env, ...env }, log: this.log },
      this.environment.leash,
    );
    this.#process = launched;
    this.#stopping = false;
    const gaveUp = new AbortController();
    void launched.exited.then(() => gaveUp.abort());
    const isReady = async () => ((await this.spec.isReady(this.ports)) ? true : undefined);
    try {
      await waitFor(`${this.name} to serve`, isReady, { timeoutMs: READY_TIMEOUT_MS, signal: gaveUp.signal });
    } catch (error) {
      const why = launched.running ? 'did not become ready' : `ended at once (${describeEnd(launched)})`;
      await launched.stop('SIGKILL');
      throw new Error(`${this.name} ${why}; the end of ${this.log}:\n${logTail(this.log)}`, { cause: error });
    }
    void launched.exited.then(() => {
      if (this.#process !== launched || this.#stopping) return;
      this.environment.log(`${this.name} ended unexpectedly (${describeEnd(launched)}), see ${this.log}`);
    });
  }

  async #choosePorts(): Promise<Ports> {
    const chosen: Record<string, number> = {};
    for (const role of this.spec.portRoles) chosen[role] = await freePort();
    return chosen;
  }

  async #somePortIsTaken(): Promise<boolean> {
    const free = await Promise.all(Object.values(this.ports).map(isPortFree));
    return free.includes(false);
  }
}

function describeEnd(launched: Launched): string {
  if (launched.startError) return launched.startError.message;
  return launched.exit?.signal ?? `exit code ${launched.exit?.code ?? 'unknown'}`;
}
