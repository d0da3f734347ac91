import { z } from 'zod';
import { metadataSchema, portReference, stringMap } from '../kube/metadata.js';

const probeSchema = z.object({
  httpGet: z
    .object({
      path: z.string().default('/'),
      port: portReference,
      httpHeaders: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    })
    .optional(),
  tcpSocket: z.object({ port: portReference }).optional(),
  exec: z.object({ command: z.array(z.string()).default([]) }).optional(),
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  successThreshold: z.number().default(1),
  failureThreshold: z.number().default(3),
});

const keyReference = z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });
const sourceReference = z.object({ name: z.string(), optional: z.boolean().default(false) });

const envSchema = z.object({
  name: z.string(),
  value: z.string().default(''),
  valueFrom: z
    .object({
      configMapKeyRef: keyReference.optional(),
      secretKeyRef: keyReference.optional(),
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
    })
    .optional(),
});

const envFromSchema = z.object({
  prefix: z.string().default(''),
  configMapRef: sourceReference.optional(),
  secretRef: sourceReference.optional(),
});

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  envFrom: z.array(envFromSchema).default([]),
  ports: z.array(z.object({ name: z.string().default(''), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.object({ name: z.string() })).default([]),
  startupProbe: probeSchema.optional(),
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema.optional(),
  lifecycle: z
    .object({
      preStop: z
        .object({
          exec: z.object({ command: z.array(z.string()) }).optional(),
          sleep: z.object({ seconds: z.number() }).optional(),
        })
        .optional(),
    })
    .default({}),
});

const keyItems = z.array(z.object({ key: z.string(), path: z.string() })).optional();

const volumeSchema = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string(), items: keyItems, optional: z.boolean().default(false) }).optional(),
  secret: z.object({ secretName: z.string(), items: keyItems, optional: z.boolean().default(false) }).optional(),
  projected: z
    .object({
      sources: z.array(
        z.object({
          configMap: sourceReference.extend({ items: keyItems }).optional(),
          secret: sourceReference.extend({ items: keyItems }).optional(),
        }),
      ),
    })
    .optional(),
});

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  lastTransitionTime: z.string().nullish(),
});

const requirementSchema = z.object({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: z.array(z.string()).default([]),
});

const nodeTermSchema = z.object({
  matchExpressions: z.array(requirementSchema).default([]),
  matchFields: z.array(requirementSchema).default([]),
});

const nodeAffinitySchema = z
  .object({
    requiredDuringSchedulingIgnoredDuringExecution: z
      .object({ nodeSelectorTerms: z.array(nodeTermSchema) })
      .default({ nodeSelectorTerms: [] }),
  })
  .transform((affinity) => ({ required: affinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms }))
  .default({ required: [] });

const tolerationSchema = z.object({
  key: z.string().default(''),
  operator: z.enum(['Exists', 'Equal']).default('Equal'),
  value: z.string().default(''),
  effect: z.string().default(''),
});

export const podSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    nodeName: z.string().default(''),
    nodeSelector: stringMap.default({}),
    affinity: z.object({ nodeAffinity: nodeAffinitySchema }).default({ nodeAffinity: { required: [] } }),
    tolerations: z.array(tolerationSchema).default([]),
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).default('Always'),
    terminationGracePeriodSeconds: z.number().default(30),
    initContainers: z.array(z.object({ name: z.string() })).default([]),
    containers: z.array(containerSchema),
    volumes: z.array(volumeSchema).default([]),
  }),
  status: z.object({
    phase: z.string().default('Pending'),
    conditions: z.array(conditionSchema).default([]),
    containerStatuses: z.array(z.object({ name: z.string(), restartCount: z.number() })).default([]),
  }),
});

export type Pod = z.infer<typeof podSchema>;
export type Container = Pod['spec']['containers'][number];
export type Volume = Pod['spec']['volumes'][number];
export type Probe = z.infer<typeof probeSchema>;
