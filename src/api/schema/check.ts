import { z } from 'zod';
import { SEVERITIES } from '../../check/finding.js';
import { VERDICTS } from '../../check/live/metric.js';
import { bodyError, namespaceName } from './requests.js';

const MANIFEST =
  'send the Canary, alone or with other objects: as text in YAML or JSON, as an object, or as a list of objects';

const SHARE = 'use a share from 0 to 1';

export const checkRequestSchema = z
  .strictObject(
    {
      manifest: z
        .union([z.string(), z.array(z.looseObject({})), z.looseObject({})], { error: MANIFEST })
        .describe('The Canary, alone or with other objects: text in YAML or JSON, an object, or a list of objects'),
      namespace: namespaceName.optional().describe('Of the objects that name none; "default" where missing'),
      cluster: z
        .boolean({ error: 'use true or false' })
        .default(false)
        .describe('Look in the cluster for what the Canary refers to and the manifest doesn’t have'),
      metrics: z
        .boolean({ error: 'use true or false' })
        .default(false)
        .describe('Ask every metric about the primary as it serves now; looks in the cluster too'),
      traffic: z
        .strictObject(
          {
            requestsPerSecond: z.number({ error: 'use a number above 0' }).positive({ error: 'use a number above 0' }),
            errors: z.number({ error: SHARE }).min(0, { error: SHARE }).max(1, { error: SHARE }),
          },
          { error: 'send {"requestsPerSecond": 10, "errors": 0.005}' },
        )
        .optional()
        .describe('What a forecast goes by; measured where missing and the metrics are asked'),
    },
    { error: bodyError },
  )
  .meta({ id: 'CheckRequest' });

const findingSchema = z
  .object({
    rule: z.string().describe('Which rule says so; never changes'),
    severity: z.enum(SEVERITIES),
    object: z.string().describe('What it is about, such as Canary/podinfo'),
    field: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional().describe('What is there'),
    message: z.string(),
    remedy: z.string().describe('What would be right'),
  })
  .meta({ id: 'Finding' });

const liveMetricSchema = z
  .object({
    metric: z.string(),
    field: z.string(),
    kind: z.enum(['builtin', 'query', 'template']),
    of: z.enum(['primary', 'target']).describe('Who was asked about; the target where there is no primary yet'),
    verdict: z.enum(VERDICTS),
    value: z.number().optional().describe('Percent of request-success-rate, milliseconds of request-duration'),
    min: z.number().optional(),
    max: z.number().optional(),
    reason: z.string().optional().describe('Why there is no value'),
    query: z.string().optional().describe('As it was sent; missing for templates that only the cluster has'),
  })
  .meta({ id: 'LiveMetric' });

const bestCaseSchema = z
  .object({
    checks: z.number().describe('Analyses that the canary must pass'),
    weights: z.array(z.number()).describe('The canary’s weights; empty where it goes by iterations'),
    analysisSeconds: z.number().describe('From the canary’s first traffic to the promotion'),
    seconds: z.number().describe('From the canary’s first traffic to the end'),
    explanation: z.string(),
  })
  .meta({ id: 'BestCase' });

const seconds = z.number().optional().describe('Missing where a week is not enough');

const expectedEndSchema = z.object({
  end: z.enum(['promoted', 'rolled-back', 'undecided']),
  seconds: z.number().describe('From the canary’s first traffic'),
  hurt: z.number().describe('Failed requests of the canary’s until then'),
});

const forecastSchema = z
  .union([
    z.object({ unknown: z.string().describe('Why nothing can be forecast') }),
    z.object({
      traffic: z.object({
        requestsPerSecond: z.number(),
        errors: z.number().describe('The share of requests that fail, 0 to 1'),
        from: z.enum(['given', 'measured']),
      }),
      weights: z.array(
        z.object({
          weight: z.number(),
          secondsToCatchTwice: seconds,
          secondsToCatchFiveTimes: seconds,
          secondsToProve: seconds,
        }),
      ),
      healthy: expectedEndSchema.describe('Of a canary as good as the primary'),
      fiveTimes: expectedEndSchema.describe('Of one that fails five times as often'),
    }),
  ])
  .meta({ id: 'Forecast' });

export const checkAnswerSchema = z
  .object({
    canaries: z.array(
      z
        .object({
          namespace: z.string(),
          name: z.string(),
          findings: z.array(findingSchema).describe('The worst first'),
          best: bestCaseSchema
            .optional()
            .describe('How long a release takes at best; missing where the Canary is not valid'),
          metrics: z
            .array(liveMetricSchema)
            .optional()
            .describe('What they say now; missing where they were not asked'),
          forecast: forecastSchema
            .optional()
            .describe(
              'How long evidence will take; missing where the Canary is not judged by evidence, or its traffic is not known',
            ),
        })
        .meta({ id: 'CheckedCanary' }),
    ),
  })
  .meta({ id: 'CheckAnswer' });

export type CheckRequest = z.input<typeof checkRequestSchema>;
export type CheckAnswer = z.output<typeof checkAnswerSchema>;
export type CheckedCanary = CheckAnswer['canaries'][number];
