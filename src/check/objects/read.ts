import type { z } from 'zod';
import { firstComplaint, refused } from '../../crds/refusal.js';
import type { KubeObject } from '../../kube/object.js';
import type { Known } from '../subject.js';
import type { LookupResult } from '../object-lookup.js';

/** What a check wants to know of an object, once it has been looked for. */
export function known<T>(result: LookupResult, schema: z.ZodType<T>): Known<T> {
  if (result.state !== 'found') return result;
  const parsed = schema.safeParse(result.object);
  if (parsed.success) return { state: 'found', value: parsed.data, given: result.given };
  return { state: 'broken', refusal: complaint(parsed.error, result.object) };
}

function complaint(error: z.ZodError, object: KubeObject) {
  const { field, value, remedy } = refused(firstComplaint(error, object), 0).refusal;
  return { field, value, remedy };
}
