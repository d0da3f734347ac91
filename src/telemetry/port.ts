import type { ClientInterceptors } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Traces of a process, to be given to what makes them. */
export interface Telemetry {
  readonly client: ClientInterceptors;
  readonly activities: readonly ActivityInterceptorsFactory[];
  /** Sends what has not been sent yet; a collector that doesn't answer is not waited for long. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  readonly version: string;
  /** URL of the API server: paths of requests to it are recorded, those of others may hold secrets. */
  readonly kubernetes: string;
}
