import { createRequire, syncBuiltinESMExports } from 'node:module';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Telemetry, TelemetryOptions } from './port.js';
import { traceActivities } from './activities.js';
import { traceClient } from './client.js';
import { httpOptions } from './http.js';
import { TraceIds } from './trace-ids.js';

const STOP_MS = 3_000;

/** Loads and starts OpenTelemetry; its environment variables configure exporter, sampler and propagators. */
export function startSdk({ version, kubernetes }: TelemetryOptions): Telemetry {
  const ids = new TraceIds();
  const sdk = new NodeSDK({
    serviceName: process.env['OTEL_SERVICE_NAME'] ?? 'serinus',
    idGenerator: ids,
    instrumentations: [new HttpInstrumentation(httpOptions(kubernetes))],
    // Prometheus scrapes the metrics, and logs go to standard error.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  traceLoadedHttp();
  return {
    client: { workflow: [traceClient(version)] },
    activities: [traceActivities(version, ids)],
    stop: () => stopped(sdk),
  };
}

/**
 * The instrumentation patches `http` when it is required, but ES modules have imported it by now. Requiring it patches
 * it in place; the names that ES modules have imported from it must then be updated.
 */
function traceLoadedHttp(): void {
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}

async function stopped(sdk: NodeSDK): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_MS)));
  // Undelivered spans are lost; that must not change how the process ends.
  await Promise.race([sdk.shutdown().catch(() => undefined), patience]);
  clearTimeout(timer);
}
