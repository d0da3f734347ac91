import { hostname } from 'node:os';
import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Dependencies } from '../activities/dependencies.js';
import { messageOf } from '../errors.js';
import { KubeClient } from '../kubernetes/client.js';
import { createLogger } from '../logging.js';
import { temporalClient, workerConnection, type TemporalOptions } from '../temporal.js';
import { DeadMansSwitch } from '../watch/deadman.js';
import { Watcher } from '../watch/watcher.js';
import { wire } from '../wiring.js';
import { setUpTemporal } from '../worker/setup.js';
import { Workers } from '../worker/worker.js';
import { settingsOf, type EngineFlags } from './options.js';
import { untilStopped } from './lifecycle.js';
import { version } from './version.js';

/** Which parts of Serinus a process runs. */
export interface Parts {
  readonly worker: boolean;
  readonly watch: boolean;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

/** Runs parts of Serinus until the process is told to stop; Temporal and the API server may come later than it does. */
export async function runEngine(flags: EngineFlags, parts: Parts): Promise<void> {
  const log = createLogger(flags.logLevel);
  const temporal: TemporalOptions = { address: flags.temporalAddress, namespace: flags.temporalNamespace };
  const kube = KubeClient.create({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    userAgent: `serinus/${version()}`,
  });
  installRuntime(log);
  const { client, connection } = temporalClient(temporal);
  const deps = wire(kube, client, settingsOf(flags), log);
  const identity = `${process.env['HOSTNAME'] ?? hostname()}-${process.pid}`;
  log.info({}, `Starting serinus version ${version()} mesh provider ${flags.meshProvider}`);

  await untilStopped(log, async (signal) => {
    const running: Promise<void>[] = [];
    if (parts.worker) running.push(runWorker(deps, temporal, flags, identity, log, signal));
    if (parts.watch) running.push(runWatch(deps, client, identity, log, signal));
    await Promise.all(running);
  });
  await deps.cache.stop();
  await connection.close();
}

async function runWorker(
  deps: Dependencies,
  temporal: TemporalOptions,
  flags: EngineFlags,
  identity: string,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { connection, namespace } = await workerConnection(temporal, log, signal);
  const { client, connection: clientConnection } = temporalClient(temporal);
  try {
    await retried('prepare the Temporal namespace', log, signal, () =>
      setUpTemporal(client, deps.settings.clusterName, flags.janitorSeconds),
    );
    const workers = await Workers.create(deps, client, { connection, namespace, identity });
    signal.addEventListener('abort', () => workers.shutdown(), { once: true });
    if (signal.aborted) return;
    log.info({}, 'Started operator workers');
    await workers.run();
  } finally {
    await clientConnection.close();
    await connection.close();
  }
}

async function runWatch(
  deps: Dependencies,
  client: ReturnType<typeof temporalClient>['client'],
  identity: string,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const watcher = new Watcher(deps);
  const deadman = new DeadMansSwitch(deps, client, identity);
  const started = Promise.all([watcher.start(), deadman.start()]).then(() =>
    log.info(
      {},
      deps.settings.namespace === undefined
        ? 'Watching all namespaces'
        : `Watching namespace ${deps.settings.namespace}`,
    ),
  );
  // Starting waits for the API server, which may not be there yet; stopping doesn't.
  await Promise.race([started, aborted(signal)]);
  await aborted(signal);
  watcher.stop();
  deadman.stop();
}

async function retried(what: string, log: Logger, signal: AbortSignal, action: () => Promise<void>): Promise<void> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
    try {
      await action();
      return;
    } catch (error) {
      signal.throwIfAborted();
      log.warn({}, `can't ${what}, trying again: ${messageOf(error)}`);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Temporal's core logs through ours, and leaves the signals to us. */
function installRuntime(log: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message) => log[level === 'TRACE' ? 'debug' : 'info']({}, message),
      trace: (message) => log.trace(message),
      debug: (message) => log.debug(message),
      info: (message) => log.debug(message),
      warn: (message, meta) => log.warn({ temporal: String(meta?.['error'] ?? '') }, message),
      error: (message, meta) => log.error({ temporal: String(meta?.['error'] ?? '') }, message),
    },
  });
}
