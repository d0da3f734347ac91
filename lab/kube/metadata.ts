import { z } from 'zod';

/** Text to text: labels, annotations, selectors. */
export const stringMap = z.record(z.string(), z.string());

/** Object metadata as the lab needs it, with what may be absent filled in. */
export const metadataSchema = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string(),
  generation: z.number().default(0),
  labels: stringMap.default({}),
  annotations: stringMap.default({}),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().optional(),
});

/** A port given by number or by name. */
export const portReference = z.union([z.number(), z.string()]);
export type PortReference = z.infer<typeof portReference>;
