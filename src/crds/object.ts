import { z } from 'zod';
import { API_VERSION } from './group.js';
import { firstComplaint, refused, type Parsed } from './refusal.js';
import { metadataSchema } from './schema/metadata.js';

/** A whole object of one of the three kinds, as the API server hands it out. */
export function objectSchema<Spec extends z.ZodType>(kind: string, spec: Spec) {
  return z.object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(kind),
    metadata: metadataSchema,
    spec,
    status: z.unknown().optional(),
  });
}

/** Reads an object, or says what is wrong with its shape first of all. */
export function parseObject<Schema extends z.ZodType>(schema: Schema, object: unknown): Parsed<z.output<Schema>> {
  const parsed = schema.safeParse(object);
  if (parsed.success) return { ok: true, value: parsed.data };
  return refused(firstComplaint(parsed.error, object), generationOf(object));
}

const withGeneration = z.object({ metadata: z.object({ generation: z.number() }) });

export function generationOf(object: unknown): number {
  return withGeneration.safeParse(object).data?.metadata.generation ?? 0;
}
