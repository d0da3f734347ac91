import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Dependencies } from '../dependencies.js';
import { routedWeight } from '../canary/routed-weight.js';
import { serveApi, type ServeOptions } from '../api/serve.js';
import { messageOf } from '../errors.js';
import { keepFor } from '../archive/retention.js';
import { openArchive } from './archive.js';
import type { ArchivePlan } from '../cli/flags/archive-flags.js';
import { flagsWithoutEffect } from '../cli/flags/flagger-flags.js';
import { Health } from '../health.js';
import { clusterClient } from '../kube/connect.js';
import { CANARIES, LEASES } from '../kube/object.js';
import { createLogger } from '../logging.js';
import { showBacklog } from '../meters/backlog.js';
import { showCanaries, showInfo } from '../meters/canaries.js';
import { doubling, retrying } from '../retrying.js';
import { startTelemetry } from '../telemetry.js';
import type { Telemetry } from '../telemetry/port.js';
import { temporalClient, type TemporalConnection, type TemporalOptions } from '../temporal/connection.js';
import { workerConnection } from '../worker/connection.js';
import { DeadMansSwitch } from '../watch/deadman.js';
import { temporalSigns, waitingTasks } from '../watch/temporal-signs.js';
import { Watcher } from '../watch/watcher.js';
import { wire } from './wiring.js';
import { JanitorHours } from '../worker/janitor-hours.js';
import { setUpTemporal } from '../temporal/setup.js';
import { janitorScheduleOf } from '../workflows/contract.js';
import { Workers } from '../worker/worker.js';
import { notificationsInWords } from '../cli/flags/notification-flags.js';
import { settingsOf, type EngineFlags } from '../cli/flags/engine-flags.js';
import { untilStopped } from './lifecycle.js';
import { version } from '../cli/version.js';
import { inBackground } from '../background.js';
import { aborted, whenAborted } from '../aborted.js';

/** Which parts of Serinus a process runs. */
export interface Parts {
  readonly worker: boolean;
  readonly watch: boolean;
  readonly api?: ServeOptions;
  readonly archive?: ArchivePlan;
}

const pauseAfter = doubling(500, 10_000);

/** Shared by the parts of a process. */
interface Process {
  readonly deps: Dependencies;
  readonly flags: EngineFlags;
  readonly temporal: TemporalOptions;
  readonly telemetry: Telemetry | undefined;
  readonly identity: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Passes the process's health a check whether a part is ready. */
type Report = (ready: () => boolean) => void;

/** Runs parts of Serinus until the process is stopped; Temporal and the API server may start later than it does. */
export async function runEngine(flags: EngineFlags, parts: Parts): Promise<void> {
  const log = createLogger(flags.logLevel);
  for (const line of flagsWithoutEffect(flags)) log.warn({}, line);
  const temporal: TemporalOptions = { address: flags.temporalAddress, namespace: flags.temporalNamespace };
  const kube = clusterClient({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    userAgent: `serinus/${version()}`,
  });
  const telemetry = await startTelemetry({ version: version(), kubernetes: kube.server });
  installRuntime(log);
  const { client, connection } = temporalClient(temporal, telemetry?.client);
  const archive = parts.archive && (await openArchive(parts.archive, log));
  const deps = wire(kube, client, settingsOf(flags), log, archive);
  const identity = `${process.env['HOSTNAME'] ?? hostname()}-${process.pid}`;
  for (const line of notificationsInWords(deps.settings.notifications, flags)) log.info({}, line);
  const { registry } = deps.meters;
  showInfo(registry, version(), flags.meshProvider);
  // Read from the cluster, so one process that shows them is enough.
  if (parts.watch) showCanaries(registry, { cache: deps.cache, routedWeight: (canary) => routedWeight(deps, canary) });

  const health = new Health(deps.meters);
  try {
    await untilStopped(log, async (signal) => {
      log.info({}, `Starting serinus version ${version()} mesh provider ${flags.meshProvider}`);
      const context: Process = { deps, flags, temporal, telemetry, identity, log, signal };
      const running: Promise<void>[] = [];
      if (parts.worker) running.push(runWorker(context, health.expect('worker')));
      if (parts.watch) running.push(runWatch({ ...context, registry }, client, connection, health.expect('watch')));
      if (parts.api) running.push(serveApi(deps, client, parts.api, signal, health.expect('api')));
      const days = parts.archive?.retentionDays;
      if (parts.worker && archive && days !== undefined)
        running.push(keepFor(days, archive, flags.clusterName, log, signal));
      if (flags.healthPort !== undefined) running.push(serveHealth(context, health, flags.healthPort));
      await Promise.all(running);
    });
  } finally {
    await deps.cache.stop();
    await archive?.close();
    await connection.close();
    await telemetry?.stop();
  }
}

async function runWorker(context: Process, report: Report): Promise<void> {
  const { deps, flags, temporal, telemetry, identity, log, signal } = context;
  const { connection, namespace } = await workerConnection(temporal, log, signal);
  const { client, connection: clientConnection } = temporalClient(temporal, telemetry?.client);
  try {
    await retrying(
      () => setUpTemporal(client, deps.settings.clusterName, flags.janitorSeconds),
      (error, made) => {
        log.warn({}, `can't prepare the Temporal namespace, trying again: ${messageOf(error)}`);
        return pauseAfter(made);
      },
      { signal },
    );
    // Creating workers takes seconds and can't be interrupted.
    if (signal.aborted) return;
    const interceptors = telemetry?.activities ?? [];
    const workers = await Workers.create(deps, client, { connection, namespace, identity, interceptors });
    const hours = new JanitorHours(deps, client.schedule.getHandle(janitorScheduleOf(deps.settings.clusterName)));
    whenAborted(signal, () => hours.stop());
    // It waits for an API server that isn't there yet.
    inBackground(
      log,
      'the hours of the janitor',
      () => hours.start(),
      () => signal.aborted,
    );
    report(() => workers.ready && isSighted(deps));
    log.info({}, 'Started operator workers');
    const running = workers.run();
    // Even if they must stop already: they hold the connection until they have run.
    whenAborted(signal, () => workers.shutdown());
    await running;
  } finally {
    await clientConnection.close();
    await connection.close();
  }
}

async function runWatch(
  { deps, registry, identity, log, signal }: Process & { readonly registry: Registry },
  client: Client,
  connection: TemporalConnection,
  report: Report,
): Promise<void> {
  const watcher = new Watcher(deps);
  showBacklog(registry, {
    canaries: () => watcher.backlog,
    tasks: () => waitingTasks(client, deps.settings.clusterName),
  });
  const signs = temporalSigns(client, deps.settings.clusterName, () => connection.isReady);
  const deadman = new DeadMansSwitch(deps, signs, identity);
  const started = Promise.all([watcher.start(), deadman.start()]).then(() => {
    report(() => !signal.aborted && isSighted(deps));
    log.info(
      {},
      deps.settings.namespace === undefined
        ? 'Watching all namespaces'
        : `Watching namespace ${deps.settings.namespace}`,
    );
  });
  // Starting waits for the API server, which may not be there yet; stopping doesn't.
  await Promise.race([started, aborted(signal)]);
  await aborted(signal);
  watcher.stop();
  deadman.stop();
}

/** Whoever may not see Canaries or their Leases can tell nobody of it but probes, and its log. */
export function isSighted({ cache }: Pick<Dependencies, 'cache'>): boolean {
  return cache.complaints([CANARIES, LEASES]).length === 0;
}

async function serveHealth({ flags, log, signal }: Process, health: Health, port: number): Promise<void> {
  const server = await health.listen(flags.healthHost, port);
  log.info({}, `Health and metrics on ${server.url}`);
  await aborted(signal);
  await server.close();
}

/** Temporal's core logs through our logger, and leaves signals to us. */
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
