import type { MetricTemplateProvider } from '../../src/crds/metric-template.js';
import type { MetricsProvider } from '../../src/metrics/port.js';
import { createProvider } from '../../src/metrics/registry.js';
import type { ProviderEnvironment } from '../../src/metrics/environment.js';
import type { Given } from './provider-contract.js';

/** 2026-03-01T12:00:00Z: the time at which all of them are asked. */
export const NOW = Date.UTC(2026, 2, 1, 12);

export const MINUTE = { text: '1m', seconds: 60 };

/** A template's provider as the CRD is read. */
export const provider = (
  address: string | undefined,
  more: Partial<MetricTemplateProvider> = {},
): MetricTemplateProvider => ({
  type: 'prometheus',
  address: address || undefined,
  headers: {},
  secretRef: undefined,
  region: undefined,
  insecureSkipVerify: false,
  ...more,
});

/** A provider of that type, for a metric with an interval of a minute. */
export function create(
  type: MetricTemplateProvider['type'],
  { address, credentials, timeoutMs, insecureSkipVerify }: Given,
  { environment, ...more }: Partial<MetricTemplateProvider> & { readonly environment?: ProviderEnvironment } = {},
): MetricsProvider {
  return createProvider({
    provider: provider(address, { type, insecureSkipVerify, ...more }),
    ...(credentials ? { credentials } : {}),
    interval: MINUTE,
    timeoutMs,
    now: () => NOW,
    ...(environment ? { environment } : {}),
  });
}
