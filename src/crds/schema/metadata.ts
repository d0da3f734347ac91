import { z } from 'zod';

/**
 * The parts of an object's metadata that are read. The API server has checked it, so everything optional may be
 * missing.
 */
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
