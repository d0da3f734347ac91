import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Plane } from '../planes/planes.js';
import { Launched, type Launch } from '../process/launched.js';
import type { Leash } from '../process/leash.js';
import { gatewayMetricsUrl, gatewayUrl, proxyUrl } from '../servers/gateway.js';
import { portOf } from '../servers/server-spec.js';
import type { ServerSet } from '../servers/server-set.js';
import { TEMPORAL_NAMESPACE } from '../servers/temporal.js';
import type { Lab, LabState, ServerHandle, ServerName, TemporalPlace } from '../types.js';
import { environmentWithoutTemporal, ownEnvironment } from './base-environment.js';
import { ControlServer } from './control-server.js';
import { LabView } from './lab-view.js';
import type { Layout } from './layout.js';
import type { ProgramPaths } from './programs.js';
import { register, unregister, type RegistryEntry } from './registry.js';
import { writeState } from './state-file.js';

export interface RunningLabParts {
  readonly layout: Layout;
  readonly servers: ServerSet;
  readonly leash: Leash;
  readonly program: ProgramPaths;
  readonly users: readonly string[];
  /** The real data plane, if one is asked for. */
  readonly plane: Plane | undefined;
  /** The directory is ours to remove. */
  readonly temporary: boolean;
}

/** The lab in the process that owns it. */
export class RunningLab extends LabView implements Lab {
  readonly #parts: RunningLabParts;
  readonly #startedAt = new Date().toISOString();
  readonly #launched: Launched[] = [];
  readonly #control: ControlServer;
  readonly #registration: RegistryEntry;
  #stopping: Promise<void> | undefined;
  #reportStopped: () => void = () => undefined;
  readonly stopped = new Promise<void>((resolve) => (this.#reportStopped = resolve));

  constructor(parts: RunningLabParts) {
    super(() => this.#state());
    this.#parts = parts;
    const { layout, temporary } = parts;
    this.#registration = { owner: process.pid, directory: layout.directory, temporary };
    this.#control = new ControlServer({
      stopServer: (name, signal) => this.server(name).stop(signal),
      startServer: (name) => this.server(name).start(),
      stopLab: () => this.stop(),
    });
  }

  /** Starts the servers and resolves when all of them serve. When one doesn't, those that do are ended. */
  async boot(): Promise<void> {
    const { layout, servers } = this.#parts;
    mkdirSync(layout.scrapeTargets, { recursive: true });
    // A folder that is used again holds addresses of its former life.
    rmSync(layout.users, { recursive: true, force: true });
    rmSync(layout.places, { force: true });
    register(this.#registration);
    try {
      await this.#control.listen();
      await servers.startAll();
      this.#saveState();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  server(name: ServerName): ServerHandle {
    const server = this.#parts.servers.get(name);
    const saveState = () => this.#saveState();
    return {
      name,
      log: server.log,
      get pid() {
        return server.pid ?? null;
      },
      stop: (signal) => server.stop(signal).then(saveState),
      start: () => server.start().then(saveState),
    };
  }

  launch({ name, file, args, env }: Pick<Launch, 'file' | 'args'> & { name: string; env?: Record<string, string> }) {
    if (this.#stopping) throw new Error(`${name} is not started any more: the lab is stopping`);
    const launched = new Launched(
      {
        file,
        args,
        env: {
          ...(this.describe().temporal ? environmentWithoutTemporal() : ownEnvironment()),
          ...this.environment(),
          ...env,
        },
        log: join(this.logs, `${name}.log`),
      },
      this.#parts.leash,
    );
    this.#launched.push(launched);
    return launched;
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stopAll().finally(this.#reportStopped);
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const { servers, leash, layout, temporary } = this.#parts;
    await Promise.all(this.#launched.map((launched) => launched.stop()));
    await servers.killAll();
    leash.close();
    this.#control.close();
    unregister(this.#registration);
    if (temporary) rmSync(layout.directory, { recursive: true, force: true, maxRetries: 3 });
    else this.#saveState();
  }

  #saveState(): void {
    writeState(this.#parts.layout.state, this.#state());
  }

  #state(): LabState {
    const { layout, servers, users, plane } = this.#parts;
    return {
      directory: layout.directory,
      logs: layout.logs,
      owner: process.pid,
      startedAt: this.#startedAt,
      kubeconfig: layout.kubeconfig,
      users,
      auditLog: layout.auditLog,
      scrapeTargets: layout.scrapeTargets,
      temporal: this.#temporalPlace(),
      prometheusUrl: servers.portsOf('prometheus', (ports) => `http://127.0.0.1:${portOf(ports, 'web')}`) ?? null,
      gatewayUrl: servers.portsOf('gateway', gatewayUrl) ?? null,
      gatewayMetricsUrl: servers.portsOf('gateway', gatewayMetricsUrl) ?? null,
      planeUrl: (plane && servers.portsOf(plane.portsOf, (ports) => plane.url(ports))) ?? null,
      planeMetricsUrl: (plane && servers.portsOf(plane.portsOf, (ports) => plane.metricsUrl(ports))) ?? null,
      proxyUrl: servers.portsOf('gateway', proxyUrl) ?? null,
      nodeUrl: servers.portsOf('node', (ports) => `http://127.0.0.1:${portOf(ports, 'http')}`) ?? null,
      control: { url: this.#control.url, token: this.#control.token },
      servers: servers.all.map((server) => server.state()),
    };
  }

  #temporalPlace(): TemporalPlace | null {
    const { servers, program } = this.#parts;
    const place = servers.portsOf('temporal', (ports) => ({
      address: `127.0.0.1:${portOf(ports, 'grpc')}`,
      uiUrl: `http://127.0.0.1:${portOf(ports, 'ui')}`,
      namespace: TEMPORAL_NAMESPACE,
      binary: program('temporal'),
    }));
    return place ?? null;
  }
}
