import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Launched, type Exit } from '../process/launched.js';
import type { Leash } from '../process/leash.js';
import { runCommand } from '../tools/run-command.js';
import { Backoff, pullDelay } from './backoff.js';
import { MissingConfigError } from './config-source.js';
import type { ContainerSnapshot, ContainerState, Terminated } from './container-status.js';
import type { PodEvents } from './events.js';
import { ImageError, type ContainerCommand, type Image } from './images/image.js';
import type { PodPorts } from './pod-ports.js';
import type { Container, Pod } from './pod.js';
import { ContainerProbes } from './probes/container-probes.js';
import { toAction } from './probes/to-action.js';

/** How soon a pod that lacks a ConfigMap, or that we could not prepare, is looked at again. */
const PREPARE_RETRY_MS = 1_000;
/** How long ErrImagePull is shown before it becomes ImagePullBackOff. */
const PULL_ERROR_SHOWN_MS = 2_000;

export interface ContainerEnvironment {
  readonly pod: Pod;
  readonly ports: PodPorts;
  /** Undefined for an image that the lab doesn't know. */
  readonly image: Image | undefined;
  readonly leash: Leash;
  readonly events: PodEvents;
  readonly logFile: string;
  /** The folder in which the program runs. */
  readonly directory: string;
  /** Everything in the container's environment. Rejects while a ConfigMap or Secret is missing. */
  readonly environment: () => Promise<Record<string, string>>;
  readonly restartCount: number;
  /** Something about the container has changed that its status must show. */
  readonly onChange: () => void;
}

interface Prepared {
  readonly image: Image;
  readonly command: ContainerCommand;
  readonly env: Readonly<Record<string, string>>;
}

/** One container of a pod, from its first attempt to start until it is not started any more. */
export class ContainerRunner {
  readonly #ending = new AbortController();
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
  #lastTermination: Terminated | undefined;
  #restartCount: number;
  #ready = false;
  #started = false;
  #process: Launched | undefined;
  #probes: ContainerProbes | undefined;

  constructor(
    readonly container: Container,
    readonly environment: ContainerEnvironment,
  ) {
    this.#restartCount = environment.restartCount;
  }

  snapshot(): ContainerSnapshot {
    return {
      name: this.container.name,
      image: this.container.image,
      state: this.#state,
      lastTermination: this.#lastTermination,
      restartCount: this.#restartCount,
      ready: this.#ready,
      started: this.#started,
    };
  }

  /** Runs the container, again and again as its pod's restart policy wants. Never rejects. */
  async run(): Promise<void> {
    const backoff = new Backoff();
    for (;;) {
      const prepared = await this.#prepare();
      if (!prepared) return;
      const end = await this.#runOnce(prepared);
      if (this.#ending.signal.aborted || !this.#isRestarted(end.exitCode)) return;
      const delay = backoff.delayAfter(end.finishedAt.getTime() - end.startedAt.getTime());
      if (delay > 0) {
        const message = `back-off ${delay / 1000}s restarting failed container=${this.container.name}`;
        this.environment.events.warning('BackOff', message);
        this.#lastTermination = end;
        this.#enter({ kind: 'waiting', reason: 'CrashLoopBackOff', message });
        if (!(await this.#pause(delay))) return;
      }
      this.#restartCount++;
    }
  }

  /** Ends it for good: preStop hook, SIGTERM, and SIGKILL once the grace period is over. */
  async terminate(graceMs: number): Promise<void> {
    const deadline = Date.now() + graceMs;
    this.#ending.abort();
    this.#probes?.stopRestarting();
    if (!this.#process?.running) return;
    await this.#runPreStop(graceMs);
    await this.#process.stop(graceMs > 0 ? 'SIGTERM' : 'SIGKILL', Math.max(0, deadline - Date.now()));
  }

  /** Ends it at once, without waiting; for when the node itself ends. */
  kill(): void {
    this.#ending.abort();
    this.#process?.signal('SIGKILL');
  }

  /** Gets image and environment; undefined when the pod was ended meanwhile. */
  async #prepare(): Promise<Prepared | undefined> {
    const { image, environment, ports, pod, events } = this.environment;
    for (let pulls = 1; !this.#ending.signal.aborted;) {
      try {
        if (!image) throw new ImageError('the lab knows no such image');
        await image.pull();
        const env = await environment();
        const command = image.command(this.container, ports, pod.metadata.name);
        return this.#ending.signal.aborted ? undefined : { image, command, env };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (error instanceof ImageError) await this.#backOffFromPulling(message, pullDelay(pulls++));
        else {
          const reason = error instanceof MissingConfigError ? 'CreateContainerConfigError' : 'CreateContainerError';
          events.warning('Failed', `Error: ${message}`);
          this.#enter({ kind: 'waiting', reason, message });
          await this.#pause(PREPARE_RETRY_MS);
        }
      }
    }
    return undefined;
  }

  async #backOffFromPulling(why: string, delay: number): Promise<void> {
    const { image } = this.container;
    const failed = `failed to pull and unpack image "${image}": ${why}`;
    this.environment.events.warning('Failed', `Failed to pull image "${image}": ${why}`);
    this.#enter({ kind: 'waiting', reason: 'ErrImagePull', message: failed });
    if (!(await this.#pause(PULL_ERROR_SHOWN_MS))) return;
    const message = `Back-off pulling image "${image}": ErrImagePull: ${failed}`;
    this.#enter({ kind: 'waiting', reason: 'ImagePullBackOff', message });
    await this.#pause(delay - PULL_ERROR_SHOWN_MS);
  }

  async #runOnce({ image, command, env }: Prepared): Promise<Terminated> {
    const { leash, logFile, directory, events, ports } = this.environment;
    if (this.#state.kind === 'terminated') this.#lastTermination = this.#state;
    const launched = new Launched(
      { file: command.file, args: command.args, env: { ...env, ...command.env }, cwd: directory, log: logFile },
      leash,
    );
    const startedAt = new Date();
    this.#process = launched;
    const action = (probe: Parameters<typeof toAction>[0]) => toAction(probe, this.container, ports, image, env);
    const probes = new ContainerProbes(this.container, action, {
      onStarted: () => this.#update(() => (this.#started = true)),
      onReady: (ready) => this.#update(() => (this.#ready = ready)),
      onUnhealthy: (which) => this.#restart(launched, which),
      onFailedAttempt: (which, message) => {
        events.warning('Unhealthy', `${which[0]?.toUpperCase()}${which.slice(1)} probe failed: ${message}`);
      },
    });
    this.#probes = probes;
    events.normal('Started', `Container started: ${this.container.name}`);
    this.#enter({ kind: 'running', startedAt });
    probes.start();
    const exit = await launched.exited;
    probes.stop();
    this.#ready = false;
    this.#started = false;
    const end = terminated(exit, startedAt);
    this.#enter(end);
    return end;
  }

  #restart(launched: Launched, which: string): void {
    if (this.#ending.signal.aborted) return;
    const { events, pod } = this.environment;
    events.normal('Killing', `Container ${this.container.name} failed ${which} probe, will be restarted`);
    void launched.stop('SIGTERM', pod.spec.terminationGracePeriodSeconds * 1000);
  }

  async #runPreStop(graceMs: number): Promise<void> {
    const { preStop } = this.container.lifecycle;
    if (preStop?.sleep) await sleep(Math.min(preStop.sleep.seconds * 1000, graceMs));
    const [file, ...args] = preStop?.exec?.command ?? [];
    if (file === undefined) return;
    const { environment, events, directory } = this.environment;
    try {
      await runCommand(file, args, { env: await environment(), cwd: directory, timeoutMs: graceMs });
    } catch (error) {
      events.warning('FailedPreStopHook', error instanceof Error ? error.message : String(error));
    }
  }

  #isRestarted(exitCode: number): boolean {
    const { restartPolicy } = this.environment.pod.spec;
    return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
  }

  #enter(state: ContainerState): void {
    this.#update(() => (this.#state = state));
  }

  #update(change: () => void): void {
    change();
    this.environment.onChange();
  }

  /** Waits; false when the pod was ended meanwhile. */
  async #pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    return !this.#ending.signal.aborted;
  }
}

function terminated({ code, signal }: Exit, startedAt: Date): Terminated {
  const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { kind: 'terminated', exitCode, reason, startedAt, finishedAt: new Date() };
}
