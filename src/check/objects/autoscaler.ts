import { z } from 'zod';

/** The parts of an autoscaler that matter: its bounds, and its metrics. */
export const autoscalerSchema = z
  .object({
    // In a KEDA ScaledObject these fields have longer names, and a default.
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
