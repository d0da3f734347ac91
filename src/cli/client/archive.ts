import { z } from 'zod';

/** The archive's answers about releases, as far as the command line needs them. */

const differenceSchema = z.object({ path: z.string(), a: z.unknown().optional(), b: z.unknown().optional() });

export const comparisonSchema = z.looseObject({ template: z.array(differenceSchema).optional() });

export const releasesSchema = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      outcome: z.string().optional(),
      phase: z.string(),
      weight: z.number(),
      revision: z.string().optional(),
      images: z.array(z.string()),
      triggeredBy: z.string(),
      startedAt: z.string(),
      open: z.boolean(),
      namespace: z.string(),
      name: z.string(),
      reason: z.string().optional(),
      verdict: z.string().optional(),
      durationSeconds: z.number().optional(),
    }),
  ),
  nextCursor: z.string().optional(),
});

export type Difference = z.output<typeof differenceSchema>;
export type Comparison = z.output<typeof comparisonSchema>;
export type ArchivedReleases = z.output<typeof releasesSchema>;

/** A filter for releases; undefined fields don't matter. */
export interface ReleaseFilters {
  readonly outcome?: string | undefined;
  readonly since?: string | undefined;
  readonly actor?: string | undefined;
  readonly image?: string | undefined;
}
