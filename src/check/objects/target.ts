import { z } from 'zod';

const intOrPercent = z.union([z.int(), z.string()], { error: 'use a number or a percentage such as 25%' });

const containerSchema = z.object({
  name: z.string(),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.int() })).default([]),
  readinessProbe: z.unknown().optional(),
  livenessProbe: z.unknown().optional(),
});

/** What matters of a Deployment: its primary is made after it, and takes on each new revision as it says. */
export const targetSchema = z
  .object({
    kind: z.string(),
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      replicas: z.int().default(1),
      strategy: z
        .object({
          type: z.enum(['RollingUpdate', 'Recreate']).default('RollingUpdate'),
          rollingUpdate: z
            .object({ maxUnavailable: intOrPercent.optional(), maxSurge: intOrPercent.optional() })
            .nullish(),
        })
        .nullish(),
      template: z.object({ spec: z.object({ containers: z.array(containerSchema).min(1) }) }),
    }),
  })
  .transform(({ kind, metadata, spec }) => ({
    title: `${kind}/${metadata.name}`,
    replicas: spec.replicas,
    recreates: spec.strategy?.type === 'Recreate',
    maxUnavailable: spec.strategy?.rollingUpdate?.maxUnavailable,
    maxSurge: spec.strategy?.rollingUpdate?.maxSurge,
    containers: spec.template.spec.containers,
  }));

export type Target = z.output<typeof targetSchema>;
type Container = Target['containers'][number];

/** What Kubernetes takes where a Deployment says nothing. */
const DEFAULT_SHARE = '25%';

/**
 * Pods that may be gone at once while a Deployment of so many pods is updated: percentages are rounded down for
 * `maxUnavailable`, up for `maxSurge`, and where both come to 0 one pod may be gone.
 */
export function unavailablePods({ maxUnavailable, maxSurge }: Target, replicas: number): number {
  const gone = podsOf(maxUnavailable ?? DEFAULT_SHARE, replicas, Math.floor);
  const more = podsOf(maxSurge ?? DEFAULT_SHARE, replicas, Math.ceil);
  return gone === 0 && more === 0 ? 1 : gone;
}

function podsOf(share: number | string, replicas: number, round: (pods: number) => number): number {
  if (typeof share === 'number') return share;
  const percent = Number(/^(\d+)%$/.exec(share)?.[1] ?? 0);
  return round((replicas * percent) / 100);
}

/** The containers that serve the Service's port; all of them where none declares it. */
export function servingContainers({ containers }: Target, targetPort: number | string): readonly Container[] {
  const serving = containers.filter(({ ports }) =>
    ports.some(({ name, containerPort }) => containerPort === targetPort || name === targetPort),
  );
  return serving.length > 0 ? serving : containers;
}
