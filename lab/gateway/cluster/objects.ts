import { z } from 'zod';
import { metadataSchema, portReference } from '../../kube/metadata.js';

export const serviceSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    ports: z
      .array(z.object({ name: z.string().default(''), port: z.number(), targetPort: portReference.optional() }))
      .default([]),
  }),
});

export type Service = z.infer<typeof serviceSchema>;

export const endpointSliceSchema = z.object({
  metadata: metadataSchema,
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        // Absent counts as ready.
        conditions: z.object({ ready: z.boolean().nullish() }).default({}),
      }),
    )
    .nullish()
    .transform((endpoints) => endpoints ?? []),
  ports: z
    .array(z.object({ name: z.string().default(''), port: z.number() }))
    .nullish()
    .transform((ports) => ports ?? []),
});

export type EndpointSlice = z.infer<typeof endpointSliceSchema>;

/** The label by which an EndpointSlice says whose it is. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
