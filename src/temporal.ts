import { Client, Connection, type ClientInterceptors } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './activities/dependencies.js';
import { messageOf } from './errors.js';

/** How to reach Temporal; what isn't given comes from Temporal's own environment configuration (TEMPORAL_ADDRESS, profiles, …). */
export interface TemporalOptions {
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
}

interface Resolved {
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
}

function resolve(options: TemporalOptions): Resolved {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection =
    options.address === undefined ? connectionOptions : { ...connectionOptions, address: options.address };
  return { connection, namespace: options.namespace ?? namespace ?? 'default' };
}

/**
 * After an outage, however long, the server is found again within a second or so: whoever decides by whether Temporal can
 * be reached must not take its own waiting for the server's absence.
 */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

/** A client that connects when it is first used, so that a process can start while Temporal is down. */
export function temporalClient(
  options: TemporalOptions,
  interceptors: ClientInterceptors = {},
): { client: Client; connection: Connection } {
  const { connection: settings, namespace } = resolve(options);
  const connection = Connection.lazy({ ...settings, connectTimeout: '5s', channelArgs: RECONNECT });
  return { client: new Client({ connection, namespace, interceptors }), connection };
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 1_000;

/** A worker's connection; tried until Temporal is there. */
export async function workerConnection(
  options: TemporalOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connection: settings, namespace } = resolve(options);
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
    signal.throwIfAborted();
    try {
      return { connection: await NativeConnection.connect(settings), namespace };
    } catch (error) {
      log.warn(
        {},
        `Temporal at ${settings.address ?? 'the default address'} can't be reached, trying again: ${messageOf(error)}`,
      );
      await sleep(wait, undefined, { signal });
    }
  }
}
