import type { ClientInterceptors } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** The tracing of a process, for its parts that make traces. */
export interface Telemetry {
  readonly client: ClientInterceptors;
  readonly activities: readonly ActivityInterceptorsFactory[];
  /** Sends what has not been sent yet; it doesn't wait long for a collector that doesn't answer. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  readonly version: string;
  /** URL of the API server: paths of requests to it are recorded, those of others may hold secrets. */
  readonly kubernetes: string;
}
