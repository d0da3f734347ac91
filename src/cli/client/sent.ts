import { z } from 'zod';
import { canaryDetailSchema } from '../../api/schema/canary.js';
import { liveSchema } from '../../api/schema/live.js';
import { readLine } from '../../api/schema/record.js';
import { openReleaseSchema, releaseSchema } from '../../api/schema/release.js';

/*
 * Answers as a server sends them that may be newer: entries of a record that this version doesn't know are read as
 * unknown ones, and all else of the answer is there.
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
