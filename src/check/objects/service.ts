import { z } from 'zod';

export const serviceSchema = z
  .object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      type: z.string().default('ClusterIP'),
      selector: z.record(z.string(), z.string()).nullish(),
      ports: z.array(z.object({ port: z.int() })).nullish(),
    }),
  })
  .transform(({ metadata: { name }, spec: { type, selector, ports } }) => ({
    title: `Service/${name}`,
    type,
    selector: selector ?? {},
    ports: (ports ?? []).map(({ port }) => port),
  }));

/** The parts of a target of kind Service that matter: a release is a change of the pods that it leads to. */
export type ServiceTarget = z.output<typeof serviceSchema>;
