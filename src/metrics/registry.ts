import type { MetricProviderType } from '../crds/schema/metric-template.js';
import { UserError } from '../errors.js';
import type { MetricsProvider, ProviderFactory, ProviderOptions } from './port.js';
import { createPrometheus } from './prometheus.js';

/** All metrics providers. A new one is a file beside this and a line here. */
const FACTORIES: Partial<Record<MetricProviderType, ProviderFactory>> = {
  prometheus: createPrometheus,
};

/** @throws UserError where nobody has built the provider, or its address or credentials can't be used */
export function createProvider(options: ProviderOptions): MetricsProvider {
  const { type } = options.provider;
  const factory = FACTORIES[type];
  if (!factory) throw new UserError(`metrics provider ${type} is not supported yet`);
  return factory(options);
}
