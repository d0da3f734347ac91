import { z } from 'zod';
import { HOOK_TYPES } from '../../domain/policy.js';
import { duration, namespaceName, objectName, stringMap } from './fields.js';

/** Checks of an analysis, and recipients of its alerts: the lists inside `spec.analysis`. */

const reference = (what: string) =>
  z
    .object({
      name: objectName(`Name of the ${what}`),
      namespace: namespaceName(`Namespace of the ${what}; the Canary's where empty`).optional(),
    })
    .meta({ description: `The ${what}` });

/** Metrics that need no query: their names define what is measured. */
export const BUILTIN_METRICS = ['request-success-rate', 'request-duration'] as const;

export type BuiltinMetric = (typeof BUILTIN_METRICS)[number];

export const metricSchema = z
  .object({
    name: z.string().meta({
      description: 'Name of the metric; request-success-rate and request-duration are built in',
    }),
    interval: duration('Time range of the query; 1m where empty, except for templates').optional(),
    threshold: z
      .number()
      .meta({ description: 'Least success rate, or most of any other metric. Deprecated, use thresholdRange' })
      .optional(),
    thresholdRange: z
      .object({
        min: z.number().meta({ description: 'Least value that passes' }).optional(),
        max: z.number().meta({ description: 'Greatest value that passes' }).optional(),
      })
      .meta({ description: 'Values that pass, bounds included' })
      .optional(),
    query: z.string().meta({ description: 'Prometheus query. Deprecated, use templateRef' }).optional(),
    templateRef: reference('MetricTemplate').optional(),
    templateVariables: stringMap("Values of the template's own variables").optional(),
  })
  .meta({ description: 'A metric and the range it must be in' });

export const webhookSchema = z
  .object({
    name: z.string().meta({ description: 'Name of the webhook' }),
    type: z
      .enum(['', ...HOOK_TYPES])
      .meta({ description: 'When it is called; rollout, at each analysis, where empty' })
      .optional(),
    url: z.string().meta({ description: 'URL that is called with POST', format: 'url' }),
    timeout: duration('Timeout of one attempt; 10s where empty').optional(),
    retries: z.number().meta({ description: 'Further attempts after a failure' }).optional(),
    muteAlert: z.boolean().meta({ description: 'No alert while this webhook keeps a release waiting' }).optional(),
    disableTLS: z.boolean().meta({ description: "The server's certificate is not verified" }).optional(),
    metadata: stringMap('Handed to the webhook as it is').optional(),
  })
  .meta({ description: 'A webhook: a gate, a test, or somebody who wants to know' });

export const alertSchema = z
  .object({
    name: z.string().meta({ description: 'Name of the alert' }),
    severity: z
      .enum(['', 'info', 'warn', 'error'])
      .meta({ description: 'Least severity that is sent; nothing is sent where empty' })
      .optional(),
    providerRef: reference('AlertProvider'),
  })
  .meta({ description: 'Who is notified of the release' });
