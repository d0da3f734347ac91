import type { z } from 'zod';
import { firstComplaint, refused } from '../../crds/refusal.js';
import type { KubeObject } from '../../kubernetes/object.js';
import type { Known } from '../subject.js';
import type { Sight } from '../surroundings.js';

/** What a check wants to know of an object, once it has been looked for. */
export function known<T>(sight: Sight, schema: z.ZodType<T>): Known<T> {
  if (sight.state !== 'found') return sight;
  const parsed = schema.safeParse(sight.object);
  if (parsed.success) return { state: 'found', value: parsed.data, given: sight.given };
  return { state: 'broken', refusal: complaint(parsed.error, sight.object) };
}

function complaint(error: z.ZodError, object: KubeObject) {
  const { field, value, remedy } = refused(firstComplaint(error, object), 0).refusal;
  return { field, value, remedy };
}
