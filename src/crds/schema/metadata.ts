import { z } from 'zod';

/** What is read of an object's metadata. The API server has checked it, so all that may be missing is. */
export const metadataSchema = z.object({
  name: z.string(),
  namespace: z.string().default('default'),
  uid: z.string().default(''),
  generation: z.number().default(0),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  finalizers: z.array(z.string()).default([]),
  deletionTimestamp: z.string().optional(),
});
