import { z } from 'zod';
import type { ResourceType } from '../../../src/kube/object.js';
import { metadataSchema, portReference } from '../../kube/metadata.js';

export const APISIX_ROUTES: ResourceType = {
  apiVersion: 'apisix.apache.org/v2',
  kind: 'ApisixRoute',
  plural: 'apisixroutes',
};

const expressionSchema = z.object({
  subject: z.object({ scope: z.string(), name: z.string().default('') }),
  op: z.string(),
  value: z.string().optional(),
  set: z.array(z.string()).optional(),
});

const ruleSchema = z.object({
  name: z.string(),
  priority: z.number().default(0),
  timeout: z.object({ connect: z.string(), send: z.string(), read: z.string() }).partial().default({}),
  match: z
    .object({
      paths: z.array(z.string()).default([]),
      hosts: z.array(z.string()).default([]),
      methods: z.array(z.string()).default([]),
      exprs: z.array(expressionSchema).default([]),
    })
    .default({ paths: [], hosts: [], methods: [], exprs: [] }),
  backends: z
    .array(z.object({ serviceName: z.string(), servicePort: portReference, weight: z.number().default(100) }))
    .default([]),
  plugins: z
    .array(
      z.object({
        name: z.string(),
        enable: z.boolean().default(true),
        config: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
});

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  observedGeneration: z.number().default(0),
  lastTransitionTime: z.string().default(''),
});

/** An ApisixRoute as far as the gateway heeds it. */
export const routeObjectSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ http: z.array(ruleSchema).default([]) }).default({ http: [] }),
  status: z.object({ conditions: z.array(conditionSchema).default([]) }).default({ conditions: [] }),
});

export type RouteObject = z.infer<typeof routeObjectSchema>;
export type RouteRule = RouteObject['spec']['http'][number];
export type RouteExpression = z.infer<typeof expressionSchema>;
export type RouteCondition = z.infer<typeof conditionSchema>;
