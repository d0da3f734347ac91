import { z } from 'zod';
import { courseSchema } from './course.js';
import { gateSchema } from './gate.js';
import { recordEntrySchema } from './record.js';

/** The status of a workflow's run, in Temporal's words. */
export const RUN_STATUSES = [
  'running',
  'completed',
  'failed',
  'cancelled',
  'terminated',
  'continued-as-new',
  'timed-out',
] as const;

const time = (description: string) => z.string().meta({ description, format: 'date-time' });

const idSchema = z.string().describe('<namespace>.<name>.<run id>');

const stepSchema = z.object({
  order: z.string(),
  effect: z.string().describe('What would happen now'),
  href: z.string().describe('POST here to give the order'),
  command: z.string().describe('The same in a terminal'),
});

const whatIsKnown = {
  id: idSchema,
  phase: z.string(),
  weight: z.number().describe('Percent of the traffic on the canary'),
  revision: z.string().optional().describe('Hash of the revision under analysis'),
  triggeredBy: z.string(),
};

const whatTheWorkerTells = {
  failedChecks: z.number().optional(),
  waitsFor: z.string().optional().describe('What comes next'),
  gate: gateSchema.optional().describe('The gate at which it waits'),
  paused: z.object({ by: z.string(), reason: z.string(), since: time('Paused since then') }).optional(),
  problem: z.string().optional().describe('What a user must fix'),
  lastAnalysis: recordEntrySchema.optional(),
  steering: z.array(stepSchema).optional().describe('The orders that can be given now'),
  unavailable: z.string().optional().describe('Why nothing more is known'),
};

/** The versions before and after, by the tags of images. */
export const versionsSchema = z
  .object({
    from: z.string().optional().describe('Of the primary before; missing where nothing ran'),
    to: z.string().optional().describe('What is released; missing where the images stay the same'),
  })
  .meta({ id: 'Versions' });

/** The open run of a Canary, in short. */
export const openReleaseSchema = z
  .object({
    ...whatIsKnown,
    id: idSchema.optional().describe('Missing where Temporal could not be asked'),
    phase: whatIsKnown.phase.optional(),
    weight: whatIsKnown.weight.optional(),
    triggeredBy: whatIsKnown.triggeredBy.optional(),
    ...whatTheWorkerTells,
  })
  .meta({ id: 'OpenRelease' });

const runShape = {
  ...whatIsKnown,
  run: z.enum(RUN_STATUSES).describe('Status of the workflow run'),
  outcome: z.string().optional().describe('promoted, rolled-back, aborted, …; missing while it is under way'),
  startedAt: time('When the run began'),
  endedAt: time('When it ended').optional(),
};

export const historySchema = z
  .object({
    items: z.array(z.object(runShape).meta({ id: 'ReleaseSummary' })),
    nextPageToken: z.string().optional().describe('For the parameter pageToken; missing on the last page'),
  })
  .meta({ id: 'ReleaseHistory' });

export const releaseSchema = z
  .object({
    ...runShape,
    source: z
      .enum(['live', 'temporal', 'archive'])
      .optional()
      .describe('Where this comes from: the release under way itself, Temporal, or the archive'),
    cluster: z.string().optional(),
    canary: z.object({ namespace: z.string(), name: z.string() }),
    ended: z.boolean(),
    reason: z.string().optional().describe('Why it ended as it did'),
    cause: z
      .looseObject({ kind: z.string(), by: z.string(), reason: z.string().optional() })
      .optional()
      .describe('What the run was started for'),
    promotedRevision: z.string().optional(),
    target: z.object({ kind: z.string(), name: z.string() }).optional(),
    strategy: z.string().optional().describe('canary, ab or blueGreen'),
    course: courseSchema
      .optional()
      .describe(
        'What it goes through, and where it may be made to wait; missing before its first look, and of old records',
      ),
    images: z
      .object({ before: z.array(z.string()), after: z.array(z.string()) })
      .optional()
      .describe('Of the primary before, and of what was to be released; once it is in the archive'),
    versions: versionsSchema.optional().describe('The same as people call them; missing before its first look'),
    verdict: z
      .string()
      .optional()
      .describe('What became of it and why, in one sentence; missing while it is under way'),
    actors: z.array(z.string()).optional().describe('Everybody who triggered it or gave it an order'),
    commitTime: time('When the change was committed').optional(),
    watch: z
      .object({
        stands: z.enum(['watching', 'clean', 'regressed', 'cut-short', 'not-judged']),
        until: time('How long it is watched'),
        says: z.string().describe('What has been seen, or why it ended'),
        then: z.enum(['ask', 'undo']).describe('What happens where it is worse than the version before'),
      })
      .optional()
      .describe('After its promotion; missing where nobody watches it, and of what the archive has'),
    restores: z.string().optional().describe('The release that it has undone'),
    undoneBy: z.string().optional().describe('The release that has undone it'),
    desired: z
      .object({
        patch: z.array(z.object({ op: z.string(), path: z.string(), value: z.unknown() })),
        command: z.string().describe('The same for kubectl'),
      })
      .optional()
      .describe(
        'Of a release that was undone: what makes the target hold again what its primary runs; for whoever may get the target',
      ),
    ...whatTheWorkerTells,
    record: z.array(recordEntrySchema).describe('What happened, oldest first'),
    recordDropped: z.number().describe('Entries in the middle of the record that are not kept'),
    state: z.record(z.string(), z.unknown()).optional().describe('The whole state of the run, without its record'),
  })
  .meta({ id: 'Release' });

export type OpenRelease = z.output<typeof openReleaseSchema>;
export type ReleaseSummary = z.output<typeof historySchema>['items'][number];
export type ReleaseHistory = z.output<typeof historySchema>;
export type Release = z.output<typeof releaseSchema>;
export type RunStatus = (typeof RUN_STATUSES)[number];
