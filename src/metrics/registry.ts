import type { MetricProviderType } from '../crds/schema/metric-template.js';
import { createCloudWatch } from './cloudwatch/cloudwatch.js';
import { createDatadog } from './datadog.js';
import { createDynatrace } from './dynatrace.js';
import { createExternalMetrics } from './externalmetrics/externalmetrics.js';
import { createGraphite } from './graphite.js';
import { createInfluxdb } from './influxdb/influxdb.js';
import { createKeptn } from './keptn/keptn.js';
import { createNewRelic } from './newrelic.js';
import type { MetricsProvider, ProviderFactory, ProviderOptions } from './port.js';
import { createPrometheus } from './prometheus.js';
import { createSigNoz } from './signoz.js';
import { createSplunk } from './splunk/splunk.js';
import { createStackdriver } from './stackdriver/stackdriver.js';

/** All metrics providers. A new one is a file beside this and a line here. */
const FACTORIES: Readonly<Record<MetricProviderType, ProviderFactory>> = {
  cloudwatch: createCloudWatch,
  datadog: createDatadog,
  dynatrace: createDynatrace,
  externalmetrics: createExternalMetrics,
  graphite: createGraphite,
  influxdb: createInfluxdb,
  keptn: createKeptn,
  newrelic: createNewRelic,
  prometheus: createPrometheus,
  signoz: createSigNoz,
  splunk: createSplunk,
  stackdriver: createStackdriver,
};

/** @throws UserError where the provider's address or credentials are missing or can't be used */
export function createProvider(options: ProviderOptions): MetricsProvider {
  return FACTORIES[options.provider.type](options);
}
