import { z } from 'zod';
import { apiVersion, namespaceName, objectName, stringMap } from './fields.js';

export const TARGET_KINDS = ['DaemonSet', 'Deployment', 'Service'] as const;
export const AUTOSCALER_KINDS = ['HorizontalPodAutoscaler', 'ScaledObject'] as const;

export type TargetKind = (typeof TARGET_KINDS)[number];
export type AutoscalerKind = (typeof AUTOSCALER_KINDS)[number];

/** The three fields of a reference to an object in the same namespace. */
function reference<Kind extends string>(what: string, kinds: readonly [Kind, ...Kind[]]) {
  return {
    apiVersion: apiVersion(`API group and version of the ${what}`),
    kind: z.enum(kinds).meta({ description: `Kind of the ${what}` }),
    name: objectName(`Name of the ${what}, in the namespace of the Canary`),
  };
}

export const targetRefSchema = z.object(reference('workload', TARGET_KINDS)).meta({
  description: 'The workload whose changes are released',
});

export const autoscalerRefSchema = z
  .object({
    ...reference('autoscaler', AUTOSCALER_KINDS),
    primaryScalerQueries: stringMap(
      'Queries for the primary by name of the trigger; for a KEDA ScaledObject',
    ).optional(),
    primaryScalerReplicas: z
      .object({
        minReplicas: z.int().min(1).meta({ description: 'Fewest pods of the primary' }).optional(),
        maxReplicas: z.int().min(1).meta({ description: 'Most pods of the primary' }).optional(),
      })
      .meta({ description: "Bounds of the primary's autoscaler, where they aren't those of the target's" })
      .optional(),
  })
  .meta({ description: 'The autoscaler of the workload' });

export const ingressRefSchema = z.object(reference('Ingress', ['Ingress'])).meta({
  description: 'The Ingress that leads to the service; for NGINX and Skipper',
});

const ROUTE_KINDS = ['ApisixRoute', 'HTTPRoute'] as const;

export const routeRefSchema = z.object(reference('route', ROUTE_KINDS)).meta({
  description:
    'The route that leads to the service: an ApisixRoute for Apache APISIX, an HTTPRoute for the Gateway API',
});

export const upstreamRefSchema = z
  .object({
    ...reference('Upstream', ['Upstream']),
    namespace: namespaceName("Namespace of the Upstream; the Canary's where empty").optional(),
  })
  .meta({ description: 'The Upstream from which those of primary and canary are made; for Gloo' });
