import { z } from 'zod';
import { intOrString, stringMap, strings } from './fields.js';
import { gatewayRefsSchema, mirrorSchema } from './gateway-api.js';
import { httpMatchSchema } from './http-match.js';
import { corsPolicySchema, trafficPolicySchema } from './istio.js';

const text = (description: string) => z.string().meta({ description }).optional();
const flag = (description: string) => z.boolean().meta({ description }).optional();

function customMetadata(description: string) {
  return z
    .object({
      labels: stringMap('Labels to add').optional(),
      annotations: stringMap('Annotations to add').optional(),
    })
    .meta({ description })
    .optional();
}

function headerOperations(description: string) {
  return z
    .object({
      add: stringMap('Headers to add').optional(),
      set: stringMap('Headers to set, whatever they were').optional(),
      remove: strings('Headers to remove').optional(),
    })
    .meta({ description })
    .optional();
}

const rewrite = z
  .object({
    uri: text('Path that replaces the one asked for'),
    authority: text('Host that replaces the one asked for'),
    type: text('ReplacePrefixMatch replaces the part that matched, anything else the full path; for the Gateway API'),
  })
  .meta({ description: 'How requests are rewritten; for Istio and the Gateway API' });

const retries = z
  .object({
    attempts: z.int().meta({ description: 'How often a request is tried again' }).optional(),
    perTryTimeout: text('Timeout of one attempt'),
    retryOn: text('Conditions of a retry, separated by commas'),
  })
  .meta({ description: 'Retries of failed requests; for Istio, Contour and App Mesh' });

const headers = z
  .object({
    request: headerOperations('What happens to the headers of requests'),
    response: headerOperations('What happens to the headers of responses'),
  })
  .meta({ description: 'Changes of headers; for Istio and the Gateway API' });

const unmanagedMetadata = z
  .object({
    annotations: strings('Keys of annotations to leave alone').optional(),
    labels: strings('Keys of labels to leave alone').optional(),
  })
  .meta({ description: 'Metadata of the three Services that belongs to somebody else' });

/** `spec.service`: the generated Services, and their routing by the traffic provider. */
export const serviceSchema = z
  .object({
    name: text('Name of the service; that of the target where empty. Changing it leaves the old Services behind'),
    port: z.number().meta({ description: 'Port of the service' }),
    portName: text('Name of that port; http where empty'),
    targetPort: intOrString("Number or name of the container's port; the service's port where empty").optional(),
    appProtocol: text('Application protocol of that port'),
    trafficDistribution: z
      .enum(['PreferClose', 'PreferSameZone', 'PreferSameNode'])
      .meta({ description: 'Which endpoints the Services prefer' })
      .optional(),
    portDiscovery: flag("The Services get all other ports of the target's containers too"),
    headless: flag('The Services get no cluster address'),
    timeout: text('Timeout of a request; for Istio, the Gateway API, Contour and App Mesh'),
    backendTimeout: text('Timeout of a request to a backend; for the Gateway API'),
    meshName: text('Name of the mesh; for App Mesh'),
    backends: strings('Services that are called by this one; for App Mesh').optional(),
    gateways: strings('Gateways of the VirtualService; for Istio').optional(),
    gatewayRefs: gatewayRefsSchema.optional(),
    hosts: strings('Host names of the service').optional(),
    delegation: flag('The VirtualService is a delegate of another; for Istio'),
    match: z
      .array(httpMatchSchema)
      .meta({ description: 'Conditions on requests; one of them must be true' })
      .optional(),
    rewrite: rewrite.optional(),
    retries: retries.optional(),
    headers: headers.optional(),
    mirror: mirrorSchema.optional(),
    corsPolicy: corsPolicySchema.optional(),
    trafficPolicy: trafficPolicySchema.optional(),
    apex: customMetadata("Metadata of the apex Service and of the traffic provider's object"),
    primary: customMetadata('Metadata of the primary Service'),
    canary: customMetadata('Metadata of the canary Service'),
    unmanagedMetadata: unmanagedMetadata.optional(),
  })
  .meta({ description: 'The Services of the Canary and the routes to them' });
