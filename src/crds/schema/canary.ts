import { z } from 'zod';
import { analysisSchema } from './analysis.js';
import {
  autoscalerRefSchema,
  ingressRefSchema,
  routeRefSchema,
  targetRefSchema,
  upstreamRefSchema,
} from './references.js';
import { serviceSchema } from './service.js';

export const PROVIDERS = [
  'apisix',
  'appmesh',
  'appmesh:v1beta2',
  'contour',
  'gatewayapi:v1',
  'gatewayapi:v1beta1',
  'gloo',
  'istio',
  'knative',
  'kubernetes',
  'kuma',
  'linkerd',
  'nginx',
  'osm',
  'skipper',
  'smi:v1alpha1',
  'smi:v1alpha2',
  'smi:v1alpha3',
  'traefik',
] as const;

export type Provider = (typeof PROVIDERS)[number];

const flag = (description: string) => z.boolean().meta({ description }).optional();

export const canarySpecSchema = z
  .object({
    provider: z
      .enum(PROVIDERS)
      .meta({ description: "Who divides the traffic; the controller's own setting where empty" })
      .optional(),
    metricsServer: z
      .string()
      .meta({ description: "URL of the Prometheus for this Canary; the controller's own setting where empty" })
      .optional(),
    progressDeadlineSeconds: z
      .number()
      .meta({ description: 'Seconds in which a revision must become ready; 600 where empty' })
      .optional(),
    targetRef: targetRefSchema,
    autoscalerRef: autoscalerRefSchema.optional(),
    ingressRef: ingressRefSchema.optional(),
    routeRef: routeRefSchema.optional(),
    upstreamRef: upstreamRefSchema.optional(),
    skipAnalysis: flag('New revisions are promoted without analysis'),
    revertOnDeletion: flag('Deleting the Canary gives the target back what it had before'),
    suspend: flag('Nothing is done about this Canary'),
    service: serviceSchema.optional(),
    analysis: analysisSchema,
  })
  .meta({ description: 'What is released, and how' });

/** The spec from the API server, durations parsed and the schema's own defaults filled in. */
export type CanarySpec = z.output<typeof canarySpecSchema>;
