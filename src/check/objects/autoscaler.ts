import { z } from 'zod';

/** What matters of an autoscaler: how many pods there may be. */
export const autoscalerSchema = z
  .object({
    // A ScaledObject of KEDA has the fields with a longer name, and a default.
    spec: z.object({ maxReplicas: z.int().optional(), maxReplicaCount: z.int().optional() }),
  })
  .transform(({ spec }) => ({ maxReplicas: spec.maxReplicas ?? spec.maxReplicaCount ?? KEDA_DEFAULT }));

const KEDA_DEFAULT = 100;

export type Autoscaler = z.output<typeof autoscalerSchema>;
