import type { Telemetry, TelemetryOptions } from './telemetry/port.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts tracing if OpenTelemetry's own variables are set for it. Activities, calls of Temporal's client and HTTP are
 * traced; workflows aren't, so that histories are the same with traces and without.
 *
 * @returns undefined without such variables: nothing is loaded then
 */
export async function startTelemetry(
  options: TelemetryOptions,
  environment: Environment = process.env,
): Promise<Telemetry | undefined> {
  if (!areTracesWanted(environment)) return undefined;
  const { startSdk } = await import('./telemetry/sdk.js');
  return startSdk(options);
}

/**
 * The variables are those of the OpenTelemetry specification. Unlike there, tracing is off by default: it starts when
 * an exporter or its address is set.
 */
export function areTracesWanted(environment: Environment): boolean {
  const value = (name: string): string => environment[name]?.trim() ?? '';
  if (value('OTEL_SDK_DISABLED').toLowerCase() === 'true') return false;
  const exporter = value('OTEL_TRACES_EXPORTER');
  if (exporter !== '') return exporter !== 'none';
  return value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== '' || value('OTEL_EXPORTER_OTLP_ENDPOINT') !== '';
}
