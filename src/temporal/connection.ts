import { Client, Connection, type ClientInterceptors, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/**
 * How to reach Temporal; defaults come from Temporal's own environment configuration (TEMPORAL_ADDRESS, profiles, …).
 */
export interface TemporalOptions {
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Temporal's address, from options and environment. */
export interface Resolved {
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
}

/** @throws Error where Temporal's own configuration can't be read */
export function resolveConnection(options: TemporalOptions): Resolved {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection =
    options.address === undefined ? connectionOptions : { ...connectionOptions, address: options.address };
  return { connection, namespace: options.namespace ?? namespace ?? 'default' };
}

/**
 * After an outage, however long, it reconnects within a second or so: code that decides by whether Temporal can be
 * reached must not mistake its own pause for the server's absence.
 */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

/** `READY` of gRPC's connectivity states. */
const READY = 2;

/** A connection that knows whether it is up. */
export class TemporalConnection extends Connection {
  /** Whether there is a connection now; where there is none, one is being built. Sends nothing. */
  get isReady(): boolean {
    const state: number = this.client.getChannel().getConnectivityState(true);
    return state === READY;
  }

  static create(options: ConnectionOptions): TemporalConnection {
    return new this(this.createCtorOptions(options));
  }
}

/** A client that connects on first use, so that a process can start while Temporal is down. */
export function temporalClient(
  options: TemporalOptions,
  interceptors: ClientInterceptors = {},
): { client: Client; connection: TemporalConnection } {
  const { connection: settings, namespace } = resolveConnection(options);
  const connection = TemporalConnection.create({ ...settings, connectTimeout: '5s', channelArgs: RECONNECT });
  return { client: new Client({ connection, namespace, interceptors }), connection };
}
