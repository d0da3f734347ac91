import { z } from 'zod';
import { GATE_NAMES } from '../domain/approvals/gates.js';

/**
 * A release in the archive: one document, written when it has ended, and its record in chunks, which may be
 * written long before. Both are plain JSON that says its version.
 */

const time = (description: string) => z.iso.datetime({ offset: true }).describe(description);

/** An object of Kubernetes as read. */
const templateSchema = z.record(z.string(), z.unknown());

const courseSchema = z.object({
  strategy: z.object({
    kind: z.enum(['canary', 'ab', 'blueGreen']),
    steps: z.array(z.number()).exactOptional(),
    iterations: z.object({ done: z.number(), of: z.number() }).exactOptional(),
    intervalSeconds: z.number(),
    threshold: z.number(),
  }),
  gates: z.array(
    z.object({
      gate: z.enum(GATE_NAMES),
      hooks: z.array(z.string()),
      policy: z.string().exactOptional(),
      needed: z.number().exactOptional(),
      groups: z.array(z.string()).exactOptional(),
      notByTrigger: z.boolean().exactOptional(),
    }),
  ),
});

/** A release without its templates and its record: enough for lists and figures. */
export const archivedSummarySchema = z.object({
  version: z.literal(1),
  id: z.string().min(1).describe('<namespace>.<name>.<id of its first run>'),
  cluster: z.string().min(1),
  namespace: z.string().min(1),
  name: z.string().min(1).describe('Of the Canary'),
  runs: z
    .array(z.string().min(1))
    .min(1)
    .describe('Ids of the runs it went through, in order: the first is the one in its id, the last has ended it'),
  target: z.object({ kind: z.string(), name: z.string() }).optional(),
  strategy: z.string().optional().describe('canary, ab, blue-green: as the policy calls it'),
  course: courseSchema.optional().describe('What it went through by its policy, and where it could be made to wait'),
  outcome: z.string().min(1).describe('promoted, rolled-back, aborted, …'),
  reason: z.string().describe('Why it ended as it did'),
  verdict: z
    .string()
    .optional()
    .describe(
      'What became of it and why, in one sentence; missing from earlier versions, and where the record is long',
    ),
  cause: z
    .looseObject({ kind: z.string(), by: z.string(), reason: z.string().optional() })
    .describe('What the release was started for'),
  triggeredBy: z.string(),
  actors: z
    .array(z.string())
    .describe('Everybody who asked for it, or gave it an order or an approval, each once; named as in the record'),
  revision: z.string().optional().describe('Hash of the revision that was to be released'),
  promotedRevision: z.string().describe('Hash of the revision that the primary had in the end; empty before the first'),
  images: z
    .object({ before: z.array(z.string()), after: z.array(z.string()) })
    .describe('Of the containers of the primary before the release, and of what was to be released'),
  startedAt: time('When it began'),
  endedAt: time('When it ended'),
  phase: z.string(),
  weight: z.number().describe('Percent of the traffic on the canary in the end'),
  failedChecks: z.number(),
  commitTime: time('When the change was committed, as the Canary or its target says').optional(),
  restores: z.string().optional().describe('Id of the release that this one has undone'),
  undoneBy: z.string().optional().describe('Id of the release that has undone this one'),
  recordLength: z.number().int().nonnegative().describe('Entries of its record, those that were dropped included'),
});

const differenceSchema = z.object({
  path: z.string().describe('For instance spec.containers[podinfod].image'),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

export const templatesSchema = z.object({
  before: templateSchema.optional().describe('Of the primary before the release; missing where there was none'),
  after: templateSchema.optional().describe('Of the target, as it was when its release began'),
  difference: z
    .array(differenceSchema)
    .optional()
    .describe(
      'Where the primary changes with its promotion: names that are its own, as those of copied configs, are the same',
    ),
});

export const releaseDocumentSchema = archivedSummarySchema.extend({
  templates: templatesSchema
    .optional()
    .describe('What the release replaces, and by what: pod templates, or the specs of Services. They may hold secrets'),
});

/** One entry of a record, with whatever fields its kind has: see `RecordEntry` of the domain. `at` is milliseconds since 1970. */
export const archivedEntrySchema = z.looseObject({ at: z.number(), what: z.string() });

export const recordChunkSchema = z.object({
  version: z.literal(1),
  cluster: z.string().min(1),
  release: z.string().min(1).describe('Id of the release, as in its document'),
  from: z.number().int().nonnegative().describe('Position of the first entry in the whole record, from 0'),
  entries: z.array(archivedEntrySchema).min(1),
});

export type ArchivedSummary = Readonly<z.output<typeof archivedSummarySchema>>;
export type Templates = Readonly<z.output<typeof templatesSchema>>;
export type ReleaseDocument = Readonly<z.output<typeof releaseDocumentSchema>>;

export interface ArchivedEntry {
  readonly at: number;
  readonly what: string;
}

/** A piece of a release's record. */
export interface RecordChunk {
  readonly version: 1;
  readonly cluster: string;
  readonly release: string;
  readonly from: number;
  readonly entries: readonly ArchivedEntry[];
}

/** A release read from the archive: its document, and its record assembled from the chunks. */
export interface ArchivedRelease extends ReleaseDocument {
  readonly record: readonly ArchivedEntry[];
  /** Entries that are in no chunk. */
  readonly recordDropped: number;
}

/**
 * Assembles a record. Chunks may come in any order, repeatedly, and may overlap; an entry's position says where it
 * belongs.
 *
 * @param length number of entries of the record, where its document is known
 */
export function assembled(
  chunks: readonly Pick<RecordChunk, 'from' | 'entries'>[],
  length: number,
): Pick<ArchivedRelease, 'record' | 'recordDropped'> {
  const byPosition = new Map<number, ArchivedEntry>();
  for (const { from, entries } of chunks) {
    entries.forEach((entry, index) => byPosition.set(from + index, entry));
  }
  const record = [...byPosition].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  return { record, recordDropped: Math.max(length - record.length, 0) };
}
