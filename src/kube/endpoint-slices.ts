import type { KubeObject } from './object.js';

/** The label by which a slice names its Service. */
export const SERVICE_NAME = 'kubernetes.io/service-name';

export interface Endpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name?: string };
}

/** @returns the label selector of a Service's slices */
export function slicesOf(service: string): string {
  return `${SERVICE_NAME}=${service}`;
}

export function endpointsIn(slice: KubeObject): readonly Endpoint[] {
  return (slice['endpoints'] ?? []) as readonly Endpoint[];
}

/** An unknown state counts as ready, as it does for data planes. */
export function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}
