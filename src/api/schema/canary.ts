import { z } from 'zod';
import { conditionSchema } from '../../crds/schema/status.js';
import { PHASES } from '../../domain/phases.js';
import { STANDINGS } from './standing.js';
import { openReleaseSchema, versionsSchema } from './release.js';

/** Which requests reach the canary: a share of all, or, in an A/B test, all that match. */
export const trafficSchema = z.discriminatedUnion('to', [
  z.object({ to: z.literal('share'), percent: z.number().describe('Percent of the requests') }),
  z.object({ to: z.literal('match'), match: z.string().describe('What all requests to the canary have, in words') }),
]);

const labelled = (what: string, label: string) =>
  z.string().optional().describe(`${what}: the Canary’s label ${label}`);

const summaryShape = {
  cluster: z.string().describe('The cluster that it is in, as --cluster-name calls it'),
  namespace: z.string(),
  name: z.string(),
  phase: z.enum(PHASES).describe('status.phase; empty for a new Canary'),
  standing: z.enum(STANDINGS).describe('Status in one word: its phase, and what a phase alone does not show'),
  canaryWeight: z.number().describe('Percent of the traffic that the canary gets; 0 in an A/B test, as in its status'),
  traffic: trafficSchema.optional().describe('Which requests reach the canary; missing where it is unknown'),
  failedChecks: z.number(),
  target: z.object({ kind: z.string(), name: z.string() }),
  provider: z.string().describe('The traffic provider'),
  lastTransitionTime: z.string().optional().describe('When the status was written last'),
  revision: z.string().describe('Hash of the revision under analysis, or seen last; empty before the first'),
  promotedRevision: z.string().describe('Hash of the revision that was promoted last'),
  suspended: z.boolean().describe('spec.suspend: nothing is released'),
  message: z.string().describe('Of the condition Promoted'),
  releaseUnderWay: z.boolean(),
  problem: z.string().optional().describe('What is wrong with the spec'),
  missing: z.string().optional().describe('What it refers to and is not there'),
  versions: versionsSchema.optional().describe('What the primary runs, and what the target has where that is another'),
  step: z
    .object({ done: z.number(), of: z.number() })
    .optional()
    .describe('How far the analysis has come, in weights or iterations; missing where nothing is under way'),
  worst: z
    .object({
      metric: z.string(),
      value: z.number(),
      min: z.number().optional(),
      max: z.number().optional(),
      ok: z.boolean().describe('It is within its limits'),
    })
    .optional()
    .describe(
      'The metric that is nearest to its limit, or the farthest beyond it, by the last check of the release under way',
    ),
  by: z.string().optional().describe('Who started the release under way'),
  startedAt: z.string().optional().describe('When the release under way began'),
  application: labelled('What it is a part of', 'app.kubernetes.io/part-of'),
  team: labelled('Whose it is', 'team, or one that ends in /team'),
  attention: z.string().optional().describe('Why it needs attention: failed, waits for approval, paused, halted, …'),
};

export const canarySummarySchema = z.object(summaryShape).meta({ id: 'CanarySummary' });

export const canaryListSchema = z.object({ items: z.array(canarySummarySchema) }).meta({ id: 'CanaryList' });

const imagesSchema = z.record(z.string(), z.string()).describe('Image by container');

export const canaryDetailSchema = z
  .object({
    ...summaryShape,
    conditions: z.array(conditionSchema),
    forecast: z
      .object({
        seconds: z.number().describe('From the canary’s first traffic to the end'),
        checks: z.number(),
        explanation: z.string(),
      })
      .optional()
      .describe(
        'How long a release takes at best: every check passes, nobody is waited for; missing where the spec is not valid',
      ),
    images: z.object({ target: imagesSchema.optional(), primary: imagesSchema.optional() }),
    release: openReleaseSchema.nullable().describe('The run that is open; null where there is none'),
  })
  .meta({ id: 'Canary' });

export type Traffic = z.output<typeof trafficSchema>;
export type CanarySummary = z.output<typeof canarySummarySchema>;
export type CanaryDetail = z.output<typeof canaryDetailSchema>;
