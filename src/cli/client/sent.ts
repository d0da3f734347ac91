import { z } from 'zod';
import { canaryDetailSchema } from '../../api/schema/canary.js';
import { liveSchema } from '../../api/schema/live.js';
import { readLine } from '../../api/schema/record.js';
import { openReleaseSchema, releaseSchema } from '../../api/schema/release.js';

/*
 * Answers of a server that may be newer: unknown entries of a record are read as
 * such, and the rest of the answer is complete.
 */

const entrySchema = z.looseObject({ at: z.string(), what: z.string() }).transform(readLine);

export const sentReleaseSchema = releaseSchema.extend({
  record: z.array(entrySchema),
  lastAnalysis: entrySchema.optional(),
});

export const sentLiveSchema = liveSchema.extend({ release: sentReleaseSchema.optional() });

export const sentCanarySchema = canaryDetailSchema.extend({
  release: openReleaseSchema.extend({ lastAnalysis: entrySchema.optional() }).nullable(),
});
