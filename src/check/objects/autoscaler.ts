import { z } from 'zod';

/** What matters of an autoscaler: how many pods there may be, and what it scales by. */
export const autoscalerSchema = z
  .object({
    // A ScaledObject of KEDA has the fields with a longer name, and a default.
    spec: z.object({
      maxReplicas: z.int().optional(),
      maxReplicaCount: z.int().optional(),
      /** Of a ScaledObject. */
      triggers: z
        .array(z.object({ name: z.string().optional(), metadata: z.record(z.string(), z.unknown()).optional() }))
        .optional(),
    }),
  })
  .transform(({ spec }) => ({
    maxReplicas: spec.maxReplicas ?? spec.maxReplicaCount ?? KEDA_DEFAULT,
    triggers: spec.triggers ?? [],
  }));

const KEDA_DEFAULT = 100;

export type Autoscaler = z.output<typeof autoscalerSchema>;
