import { z } from 'zod';
import { conditionSchema } from '../../crds/schema/status.js';
import { PHASES } from '../../domain/phases.js';
import { openReleaseSchema } from './release.js';

const summaryShape = {
  cluster: z.string().describe('The cluster that it is in, as --cluster-name calls it'),
  namespace: z.string(),
  name: z.string(),
  phase: z.enum(PHASES).describe('status.phase; empty where nobody has looked at the Canary yet'),
  canaryWeight: z.number().describe('Percent of the traffic that the canary gets'),
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
  attention: z.string().optional().describe('Why somebody should look: failed, waits for approval, paused, halted, …'),
};

export const canarySummarySchema = z.object(summaryShape).meta({ id: 'CanarySummary' });

export const canaryListSchema = z.object({ items: z.array(canarySummarySchema) }).meta({ id: 'CanaryList' });

const imagesSchema = z.record(z.string(), z.string()).describe('Image by container');

export const canaryDetailSchema = z
  .object({
    ...summaryShape,
    conditions: z.array(conditionSchema),
    images: z.object({ target: imagesSchema.optional(), primary: imagesSchema.optional() }),
    release: openReleaseSchema.nullable().describe('The run that is open; null where there is none'),
  })
  .meta({ id: 'Canary' });

export type CanarySummary = z.output<typeof canarySummarySchema>;
export type CanaryDetail = z.output<typeof canaryDetailSchema>;
