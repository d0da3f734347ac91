import { z } from 'zod';

const intOrPercent = z.union([z.int(), z.string()], { error: 'use a number or a percentage such as 25%' });

const containerSchema = z.object({
  name: z.string(),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.int() })).default([]),
  readinessProbe: z.unknown().optional(),
  livenessProbe: z.unknown().optional(),
  lifecycle: z.object({ preStop: z.unknown().optional() }).nullish(),
});

const rollingSchema = z
  .object({ maxUnavailable: intOrPercent.optional(), maxSurge: intOrPercent.optional() })
  .nullish();
const template = z.object({ spec: z.object({ containers: z.array(containerSchema).min(1) }) });
const metadata = z.object({ name: z.string() });

export const deploymentSchema = z
  .object({
    kind: z.literal('Deployment'),
    metadata,
    spec: z.object({
      replicas: z.int().default(1),
      strategy: z
        .object({
          type: z.enum(['RollingUpdate', 'Recreate']).default('RollingUpdate'),
          rollingUpdate: rollingSchema,
        })
        .nullish(),
      template,
    }),
  })
  .transform(({ kind, metadata: { name }, spec: { replicas, strategy, template: pod } }) => ({
    kind,
    title: `${kind}/${name}`,
    replicas,
    strategy: strategy?.type ?? 'RollingUpdate',
    rolling: strategy?.rollingUpdate ?? {},
    containers: pod.spec.containers,
  }));

export const daemonSetSchema = z
  .object({
    kind: z.literal('DaemonSet'),
    metadata,
    spec: z.object({
      updateStrategy: z
        .object({
          type: z.enum(['RollingUpdate', 'OnDelete']).default('RollingUpdate'),
          rollingUpdate: rollingSchema,
        })
        .nullish(),
      template,
    }),
  })
  .transform(({ kind, metadata: { name }, spec: { updateStrategy, template: pod } }) => ({
    kind,
    title: `${kind}/${name}`,
    strategy: updateStrategy?.type ?? 'RollingUpdate',
    rolling: updateStrategy?.rollingUpdate ?? {},
    containers: pod.spec.containers,
  }));

/**
 * The parts of a workload that matter: its primary is a copy of it, and rolls out each new revision by its settings.
 */
export type Target = z.output<typeof deploymentSchema> | z.output<typeof daemonSetSchema>;
type Container = Target['containers'][number];

/** Kubernetes' defaults. */
const DEFAULTS = {
  Deployment: { maxUnavailable: '25%', maxSurge: '25%' },
  DaemonSet: { maxUnavailable: 1, maxSurge: 0 },
} as const;

/** The share of pods that may be missing while the workload is updated, from its settings or by default. */
export function mostUnavailable({ kind, rolling }: Target): number | string {
  return rolling.maxUnavailable ?? DEFAULTS[kind].maxUnavailable;
}

/**
 * How many pods may be missing while a Deployment of so many pods is updated: percentages are rounded down for
 * `maxUnavailable`, up for `maxSurge`, and where both are 0 one pod may be missing.
 */
export function unavailablePods(target: Target, replicas: number): number {
  const gone = podsOf(mostUnavailable(target), replicas, Math.floor);
  const more = podsOf(target.rolling.maxSurge ?? DEFAULTS[target.kind].maxSurge, replicas, Math.ceil);
  return gone === 0 && more === 0 ? 1 : gone;
}

function podsOf(share: number | string, replicas: number, round: (pods: number) => number): number {
  if (typeof share === 'number') return share;
  return round((replicas * percentOf(share)) / 100);
}

function percentOf(share: string): number {
  return Number(/^(\d+)%$/.exec(share)?.[1] ?? 0);
}

/** Whether a share is more than none, of any number of pods. */
export function isSome(share: number | string): boolean {
  return typeof share === 'number' ? share > 0 : percentOf(share) > 0;
}

/** The containers that serve the Service's port; all of them where none declares it. */
export function servingContainers({ containers }: Target, targetPort: number | string): readonly Container[] {
  const serving = containers.filter(({ ports }) =>
    ports.some(({ name, containerPort }) => containerPort === targetPort || name === targetPort),
  );
  return serving.length > 0 ? serving : containers;
}
