import type { CanaryService } from '../../crds/canary.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';

export const VIRTUAL_SERVICES: ResourceType = {
  apiVersion: 'networking.istio.io/v1beta1',
  kind: 'VirtualService',
  plural: 'virtualservices',
};

export const DESTINATION_RULES: ResourceType = {
  apiVersion: 'networking.istio.io/v1beta1',
  kind: 'DestinationRule',
  plural: 'destinationrules',
};

export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tcp?: readonly Route[];
  readonly [field: string]: unknown;
}

/** The common part of HTTP and TCP routes. */
export interface Route {
  readonly route?: readonly WeightedDestination[];
  readonly [field: string]: unknown;
}

export interface HttpRoute extends Route {
  readonly match?: readonly HttpMatch[];
  readonly mirror?: Destination;
  readonly mirrorPercentage?: { readonly value: number };
  readonly headers?: CanaryService['headers'];
}

export type HttpMatch = NonNullable<CanaryService['match']>[number];

export interface WeightedDestination {
  readonly destination: Destination;
  readonly weight?: number;
  readonly headers?: CanaryService['headers'];
}

interface Destination {
  readonly host: string;
  readonly port?: { readonly number: number };
}

export function specOf(object: KubeObject | undefined): VirtualServiceSpec {
  return (object?.['spec'] ?? {}) as VirtualServiceSpec;
}
