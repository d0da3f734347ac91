import { z } from 'zod';
import type { ResourceType } from '../../../src/kube/object.js';
import { metadataSchema } from '../../kube/metadata.js';

export const HTTP_ROUTES: ResourceType = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  plural: 'httproutes',
};

const reference = z.object({
  group: z.string().default(''),
  kind: z.string().default('Service'),
  namespace: z.string().optional(),
  name: z.string(),
  port: z.number().optional(),
});

const named = z.array(z.object({ type: z.string().default('Exact'), name: z.string(), value: z.string() })).default([]);
const headers = z.array(z.object({ name: z.string(), value: z.string() })).default([]);

const headerChange = z.object({
  add: headers,
  set: headers,
  remove: z.array(z.string()).default([]),
});

const filter = z.object({
  type: z.string(),
  requestHeaderModifier: headerChange.optional(),
  responseHeaderModifier: headerChange.optional(),
  requestMirror: z.object({ backendRef: reference, percent: z.number().default(100) }).optional(),
  urlRewrite: z
    .object({
      hostname: z.string().optional(),
      path: z
        .object({
          type: z.string(),
          replaceFullPath: z.string().default('/'),
          replacePrefixMatch: z.string().default('/'),
        })
        .optional(),
    })
    .optional(),
});

const match = z.object({
  path: z.object({ type: z.string(), value: z.string() }).default({ type: 'PathPrefix', value: '/' }),
  headers: named,
  queryParams: named,
  method: z.string().optional(),
});

const rule = z.object({
  matches: z.array(match).default([]),
  filters: z.array(filter).default([]),
  backendRefs: z
    .array(reference.extend({ weight: z.number().default(1), filters: z.array(filter).default([]) }))
    .default([]),
  timeouts: z.object({ request: z.string().optional() }).default({}),
});

const parentRef = z.looseObject({ name: z.string() });

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string().default(''),
  observedGeneration: z.number().default(0),
  lastTransitionTime: z.string(),
});

/** An HTTPRoute as far as the gateway heeds it. */
export const httpRouteSchema = z.object({
  metadata: metadataSchema.extend({ creationTimestamp: z.string().default('') }),
  spec: z.object({
    parentRefs: z.array(parentRef).default([]),
    hostnames: z.array(z.string()).default([]),
    rules: z.array(rule).default([]),
  }),
  status: z
    .object({
      parents: z
        .array(z.object({ parentRef, controllerName: z.string(), conditions: z.array(condition).default([]) }))
        .default([]),
    })
    .default({ parents: [] }),
});

export type HttpRoute = z.infer<typeof httpRouteSchema>;
export type HttpRouteRule = HttpRoute['spec']['rules'][number];
export type HttpRouteMatch = z.infer<typeof match>;
export type HttpRouteFilter = z.infer<typeof filter>;
export type ParentStatus = HttpRoute['status']['parents'][number];

/** The name of the lab's Gateway, in whatever namespace; routes of other Gateways are somebody else's. */
const GATEWAY_NAME = 'lab';

/** The parents that are the lab's. */
export function ourParents({ spec }: HttpRoute): HttpRoute['spec']['parentRefs'] {
  return spec.parentRefs.filter(({ name }) => name === GATEWAY_NAME);
}
