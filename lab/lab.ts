/**
 * The lab: real servers on loopback for the demo, the tests and a walkthrough by hand. Nothing in `src/`
 * knows that it exists.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { baseEnvironment } from './owner/base-environment.js';
import { ControlClient } from './owner/control-client.js';
import { LabView } from './owner/lab-view.js';
import { Layout } from './owner/layout.js';
import { findProgramsFor } from './owner/programs.js';
import { runningLabs } from './owner/registry.js';
import { RunningLab } from './owner/running-lab.js';
import { selectServers } from './owner/selection.js';
import { serverSpec } from './owner/server-specs.js';
import { readState } from './owner/state-file.js';
import { isOwnNetwork } from './network/own.js';
import { ownNetworkSupport } from './network/support.js';
import { PLANES, planeNamed, type PlaneName } from './planes/planes.js';
import { watchAncestors } from './process/ancestors.js';
import { Leash } from './process/leash.js';
import { ServerSet } from './servers/server-set.js';
import { labUsers } from './servers/users.js';
import { plainProgress, type Progress } from './tools/progress.js';
import type { ConnectedLab, Lab, LabOptions, ServerHandle, ServerName } from './types.js';

export type * from './types.js';
export type { ApiRequest, ApiRequestCount, ApiRequestFilter } from './kube/audit.js';

const DEFAULT_PODINFO_TAGS = ['6.0.0', '6.0.1', '6.0.2', '6.0.3'];

/**
 * Starts a lab and resolves when all its servers serve.
 *
 * It ends with `stop()`, and at the latest with this process: however that ends, SIGKILL included, no
 * server, pod or port stays behind. When it can't be started, what had been started is ended first.
 *
 * @example
 * const lab = await startLab({ log: console.error });
 * try {
 *   await play(lab.kubeconfig, lab.temporal.address);
 * } finally {
 *   await lab.stop();
 * }
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  if (process.platform === 'win32') throw new Error('the lab runs on Linux and macOS only');
  runningLabs(); // sweeps up after labs whose owner was killed
  const leash = new Leash();
  const progress = options.progress ?? plainProgress(options.log ?? (() => undefined));
  try {
    const lab = await prepareLab(options, leash, progress);
    if (options.followParent ?? true) endWithParent(lab, options.log);
    await lab.boot().finally(progress.underWay('starting the servers'));
    return lab;
  } catch (error) {
    leash.close();
    throw error;
  }
}

/** Finds or makes all that a lab with these options needs, and starts nothing: the lab may be going where no network is. */
export async function fetchPrograms(options: LabOptions & { readonly progress: Progress }): Promise<void> {
  const { gateway, servers, progress, podinfoTags = DEFAULT_PODINFO_TAGS } = options;
  const leash = new Leash();
  try {
    await findProgramsFor(selectServers(servers, gateway), podinfoTags, progress, leash);
    await planeNamed(gateway)?.definitions?.();
  } finally {
    leash.close();
  }
}

/** Finds the programs and plans the servers; nothing runs yet. */
async function prepareLab(options: LabOptions, leash: Leash, progress: Progress): Promise<RunningLab> {
  const { log = () => undefined, podinfoTags = DEFAULT_PODINFO_TAGS } = options;
  const selected = selectServers(options.servers, options.gateway);
  if (options.gateway && !(await isOwnNetwork())) throw new Error(needsOwnNetwork(options.gateway));
  const users = labUsers(options.users ?? []);
  const program = await findProgramsFor(selected, podinfoTags, progress, leash);

  const layout = new Layout(prepareDirectory(options.directory));
  const servers = new ServerSet();
  const logFile = (name: ServerName) => join(layout.logs, `${name}.log`);
  for (const name of selected) {
    const spec = serverSpec(name, { layout, program, users, options, servers });
    servers.add(spec, { leash, log, logFile, env: baseEnvironment() });
  }
  return new RunningLab({
    layout,
    servers,
    leash,
    program,
    users: users.map(({ name }) => name),
    plane: planeNamed(options.gateway),
    temporary: options.directory === undefined,
  });
}

/** Anywhere else, requests to pods would leave the machine. */
function needsOwnNetwork(gateway: PlaneName): string {
  const support = ownNetworkSupport();
  const why = support.possible ? 'start it by `npm run lab` or `npm run planes`' : support.why;
  return `${PLANES[gateway].title} runs in a network of its own only, and this is not one: ${why}`;
}

/** A lab whose starter is gone has nobody left to stop it. */
function endWithParent(lab: Lab, log: LabOptions['log']): void {
  const unwatch = watchAncestors(() => {
    log?.('the process that started the lab is gone; stopping');
    void lab.stop().finally(() => process.exit(1));
  });
  void lab.stopped.then(unwatch);
}

/**
 * Connects to a lab that another process has started, by its directory. Stops and starts of servers are
 * done by the owner, who answers on a loopback port that the state file names.
 */
export async function connectLab(directory: string): Promise<ConnectedLab> {
  const { state } = new Layout(resolve(directory));
  await access(state).catch((cause: unknown) => {
    throw new Error(`no lab runs in ${directory}: there is no ${state}`, { cause });
  });
  return new RemoteLab(() => readState(state));
}

class RemoteLab extends LabView implements ConnectedLab {
  server(name: ServerName): ServerHandle {
    const read = () => {
      const found = this.describe().servers.find((server) => server.name === name);
      if (!found) throw new Error(`this lab was started without its server "${name}"`);
      return found;
    };
    const control = new ControlClient(this.describe().control);
    return {
      name,
      log: read().log,
      get pid() {
        return read().pid;
      },
      stop: (signal) => control.stopServer(name, signal),
      start: () => control.startServer(name),
    };
  }

  stop(): Promise<void> {
    return new ControlClient(this.describe().control).stopLab();
  }
}

function prepareDirectory(given: string | undefined): string {
  if (given === undefined) return mkdtempSync(join(tmpdir(), 'serinus-lab-'));
  const directory = resolve(given);
  mkdirSync(directory, { recursive: true });
  return directory;
}
