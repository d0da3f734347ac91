import { z } from 'zod';
import type { OutcomeKind } from '../../domain/state.js';
import { recordEntrySchema } from './record.js';

/** All of them, under their own names. */
const OUTCOMES = {
  promoted: 'promoted',
  'rolled-back': 'rolled-back',
  aborted: 'aborted',
  rejected: 'rejected',
  'promotion-failed': 'promotion-failed',
  undone: 'undone',
  superseded: 'superseded',
  initialized: 'initialized',
  reconciled: 'reconciled',
  refused: 'refused',
  suspended: 'suspended',
  terminated: 'terminated',
  gone: 'gone',
  fenced: 'fenced',
} as const satisfies { readonly [Kind in OutcomeKind]: Kind };

const time = (description: string) => z.string().meta({ description, format: 'date-time' });

const TIME = 'use a time such as 2026-01-31T12:00:00Z or a day such as 2026-01-31';
export const moment = (description: string) =>
  z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: TIME })
    .optional()
    .describe(description);

const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const name = (what: string) =>
  z
    .string()
    .regex(NAME, { error: `use the name of ${what}` })
    .optional();

const LIMIT = { error: 'use a whole number from 1 to 200' };

const line = z
  .string()
  .min(1, { error: 'say what to look for, or leave it out' })
  .max(500, { error: 'use at most 500 characters' })
  .regex(/^[^\p{Cc}]*$/u, { error: 'use a single line without control characters' })
  .optional();

const canaryShape = {
  namespace: name('a namespace').describe('All namespaces where missing'),
  name: name('a Canary').describe('All Canaries where missing'),
};

const filterShape = {
  ...canaryShape,
  outcome: z.enum(OUTCOMES, { error: `use one of ${Object.keys(OUTCOMES).join(', ')}` }).optional(),
  since: moment('Those that ended then or later, or are under way'),
  until: moment('Those that began before then'),
  actor: line.describe('A person who triggered the release, or gave it an order'),
  image: line.describe('An image before or after, whole or without tag and digest'),
};

function queryError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  return 'there is no such parameter';
}

export const exportQuerySchema = z.strictObject(filterShape, { error: queryError });

export const releasesQuerySchema = z.strictObject(
  {
    ...filterShape,
    limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(200, LIMIT).default(50),
    cursor: z
      .string({ error: 'use the nextCursor of the page before, once' })
      .max(2_000, { error: 'use the nextCursor of the page before' })
      .optional()
      .describe('The nextCursor of the page before'),
  },
  { error: queryError },
);

export const doraQuerySchema = z.strictObject(
  {
    ...canaryShape,
    since: moment('From then on; 30 days before the end where missing'),
    until: moment('Up to then; now where missing'),
  },
  { error: queryError },
);

export const compareQuerySchema = z.strictObject(
  {
    a: z.string({ error: 'name a release' }).min(1, { error: 'name a release' }),
    b: z.string({ error: 'name a release' }).min(1, { error: 'name a release' }),
  },
  { error: queryError },
);

const itemSchema = z
  .object({
    id: z.string(),
    cluster: z.string(),
    namespace: z.string(),
    name: z.string(),
    outcome: z.string().optional().describe('promoted, rolled-back, …; missing while it is under way'),
    phase: z.string(),
    weight: z.number(),
    revision: z.string().optional(),
    images: z.array(z.string()).describe('Images to be released, or released; empty where they are unknown'),
    triggeredBy: z.string(),
    reason: z.string().optional().describe('Why it ended as it did'),
    verdict: z
      .string()
      .optional()
      .describe('Outcome and why, in one sentence; missing while it is under way, and where it is unknown'),
    startedAt: time('When it began'),
    endedAt: time('When it ended').optional(),
    durationSeconds: z.number().optional(),
    open: z.boolean().describe('It is under way'),
    restores: z.string().optional().describe('The release that it has undone'),
    undoneBy: z.string().optional().describe('The release that has undone it'),
  })
  .meta({ id: 'ReleaseItem' });

export const releasesSchema = z
  .object({
    items: z.array(itemSchema),
    nextCursor: z.string().optional().describe('For the parameter cursor; missing on the last page'),
    incomplete: z.string().optional().describe('What is missing here, and why'),
  })
  .meta({ id: 'Releases' });

const spreadSchema = z.object({
  count: z.number().describe('How many were measured'),
  medianSeconds: z.number().optional().describe('Missing where there was none'),
});

export const doraSchema = z
  .object({
    since: time('From then on'),
    until: time('Up to then'),
    deploymentFrequency: z.object({ deployments: z.number(), perDay: z.number() }),
    changeFailureRate: z.object({
      changes: z.number(),
      failed: z.number(),
      percent: z.number().optional().describe('Missing where there was no change'),
    }),
    timeToRestore: spreadSchema,
    leadTime: spreadSchema,
  })
  .meta({ id: 'Dora' });

const differenceSchema = z.object({
  path: z.string().describe('Items of lists by their names: spec.containers[cart].image'),
  a: z.unknown().optional(),
  b: z.unknown().optional(),
});

/** What one release changes. */
export const changesSchema = z
  .object({
    template: z
      .array(differenceSchema)
      .optional()
      .describe(
        'Where the pod template that it releases (b) differs from what the primary had before (a); missing where that is not known',
      ),
  })
  .meta({ id: 'Changes' });

export const comparisonSchema = z
  .object({
    a: itemSchema,
    b: itemSchema,
    template: z
      .array(differenceSchema)
      .optional()
      .describe('Where the pod templates that were to be released differ; missing where one of them is not known'),
    windows: z
      .array(
        z.object({
          weight: z.number().describe('Percent of the traffic on the canary'),
          a: z.array(recordEntrySchema),
          b: z.array(recordEntrySchema),
        }),
      )
      .describe('The analyses of both, by weight'),
  })
  .meta({ id: 'Comparison' });

export type ReleaseItem = z.output<typeof itemSchema>;
export type ReleasesPage = z.output<typeof releasesSchema>;
export type ExportQuery = z.output<typeof exportQuerySchema>;
export type Changes = z.output<typeof changesSchema>;
export type Comparison = z.output<typeof comparisonSchema>;
