import { z } from 'zod';
import { messageOf, UserError } from '../errors.js';
import {
  archivedEntrySchema,
  archivedSummarySchema,
  recordChunkSchema,
  releaseDocumentSchema,
  type ArchivedEntry,
  type ArchivedSummary,
  type RecordChunk,
  type ReleaseDocument,
} from './document.js';

const entriesSchema = z.array(archivedEntrySchema);
const templatesSchema = releaseDocumentSchema.shape.templates.unwrap();

/*
 * JSON from a store. All of these throw UserError where it isn't what this version of Serinus
 * writes: somebody has changed it, or a newer version has written it.
 */

export function parseSummary(json: string): ArchivedSummary {
  return parsed(archivedSummarySchema, json);
}

export function parseDocument(json: string): ReleaseDocument {
  return parsed(releaseDocumentSchema, json);
}

export function parseTemplates(json: string): NonNullable<ReleaseDocument['templates']> {
  return parsed(templatesSchema, json);
}

export function parseEntries(json: string): readonly ArchivedEntry[] {
  return parsed(entriesSchema, json);
}

export function parseChunk(json: string): RecordChunk {
  return parsed(recordChunkSchema, json);
}

const aliasSchema = z.object({ release: z.string() });

/** The id of the release that a later run belongs to. */
export function parseAlias(json: string): string {
  return parsed(aliasSchema, json).release;
}

function parsed<T>(schema: z.ZodType<T>, json: string): T {
  try {
    return schema.parse(JSON.parse(json));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UserError(`the archive holds something that this version of Serinus can't read: ${what}`, {
      cause: error,
    });
  }
}
