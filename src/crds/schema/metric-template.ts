import { z } from 'zod';
import { objectName, strings } from './fields.js';

export const METRIC_PROVIDER_TYPES = [
  'prometheus',
  'influxdb',
  'datadog',
  'externalmetrics',
  'stackdriver',
  'cloudwatch',
  'newrelic',
  'graphite',
  'dynatrace',
  'keptn',
  'splunk',
  'signoz',
] as const;

export type MetricProviderType = (typeof METRIC_PROVIDER_TYPES)[number];

const text = (description: string) => z.string().meta({ description }).optional();

export function secretRefSchema(description: string) {
  return z
    .object({ name: objectName("Name of the Secret, in the object's own namespace") })
    .meta({ description })
    .optional();
}

const provider = z
  .object({
    type: z.enum(METRIC_PROVIDER_TYPES).meta({ description: 'Which metrics provider is asked' }),
    address: text('URL of the provider'),
    headers: z
      .record(z.string(), strings('Values of the header'))
      .meta({ description: 'Headers to send with each request' })
      .optional(),
    secretRef: secretRefSchema('The Secret with the credentials'),
    region: text('Region of the provider; for CloudWatch'),
    insecureSkipVerify: z.boolean().meta({ description: "The provider's certificate is not verified" }).optional(),
  })
  .meta({ description: 'The metrics provider' });

export const metricTemplateSpecSchema = z
  .object({
    provider,
    query: z.string().meta({ description: 'The query, a template in the syntax of Go' }),
  })
  .meta({ description: 'A query that Canaries refer to' });
