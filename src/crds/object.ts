import { z } from 'zod';
import { excessOf } from './bounded/spec.js';
import { API_VERSION } from './group.js';
import { firstComplaint, refused, type Parsed } from './refusal.js';
import { metadataSchema } from './schema/metadata.js';

/** A whole object of one of the three kinds, as the API server returns it. */
export function objectSchema<Spec extends z.ZodType>(kind: string, spec: Spec) {
  return z.object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(kind),
    metadata: metadataSchema,
    spec,
    status: z.unknown().optional(),
  });
}

/** Parses an object, or returns the first error in its shape. */
export function parseObject<Schema extends z.ZodType>(schema: Schema, object: unknown): Parsed<z.output<Schema>> {
  const excess = excessOf(specOf(object));
  if (excess) return refused(excess, generationOf(object));
  const parsed = schema.safeParse(object);
  if (parsed.success) return { ok: true, value: parsed.data };
  return refused(firstComplaint(parsed.error, object), generationOf(object));
}

const withGeneration = z.object({ metadata: z.object({ generation: z.number() }) });

function generationOf(object: unknown): number {
  return withGeneration.safeParse(object).data?.metadata.generation ?? 0;
}

/** The spec of an object, whatever that is. */
export function specOf(object: unknown): unknown {
  return typeof object === 'object' && object !== null && 'spec' in object ? object.spec : undefined;
}
