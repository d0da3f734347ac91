import type { MetricProviderType } from '../crds/schema/metric-template.js';
import { createCloudWatch, queriesIn } from './cloudwatch/cloudwatch.js';
import { createDatadog } from './datadog/datadog.js';
import { createDynatrace } from './dynatrace/dynatrace.js';
import { QueryRefused } from './errors.js';
import { createExternalMetrics } from './externalmetrics/externalmetrics.js';
import { pathOf } from './externalmetrics/query.js';
import { createGraphite, readTarget } from './graphite/graphite.js';
import { createInfluxdb } from './influxdb/influxdb.js';
import { createKeptn } from './keptn/keptn.js';
import { readQuery } from './keptn/query.js';
import { createNewRelic } from './newrelic/newrelic.js';
import type { MetricsProvider, ProviderFactory, ProviderOptions } from './port.js';
import { createPrometheus } from './prometheus/prometheus.js';
import { readBrackets } from './prometheus/promql.js';
import { createSigNoz, queryIn } from './signoz/signoz.js';
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

/** Parsers of providers' queries, for errors that show without a request; throw QueryRefused. */
const READERS: Partial<Record<MetricProviderType, (query: string) => unknown>> = {
  cloudwatch: queriesIn,
  externalmetrics: pathOf,
  graphite: readTarget,
  keptn: readQuery,
  prometheus: readBrackets,
  signoz: queryIn,
};

/**
 * Why a provider would reject a query, as far as that shows without a request.
 *
 * @param query rendered
 * @returns undefined where nothing is wrong with it, or only the provider knows
 */
export function complaintAboutQuery(type: MetricProviderType, query: string): string | undefined {
  if (query.trim() === '') return 'the query is empty';
  try {
    READERS[type]?.(query);
    return undefined;
  } catch (error) {
    if (error instanceof QueryRefused) return error.message;
    throw error;
  }
}
