import type { Canary } from '../../crds/canary.js';
import { canaryAt, type Weights } from '../../domain/weights.js';
import type { Route, WeightedDestination } from './objects.js';

/** What a VirtualService without gateways of its own applies to: all sidecars. */
const MESH = 'mesh';

/** The gateways of the VirtualService; a delegate has those of whoever delegates to it. */
export function gatewaysOf({ service }: Canary): readonly string[] {
  return service.gateways.length > 0 ? service.gateways : [MESH];
}

export function destinationOf(canary: Canary, host: string): WeightedDestination['destination'] {
  const { portDiscovery, delegation, port } = canary.service;
  // A Service with several ports must be told which one, where the gateway's port doesn't tell.
  const ambiguous = portDiscovery && (delegation || gatewaysOf(canary)[0] !== MESH);
  return ambiguous ? { host, port: { number: port } } : { host };
}

/** Primary and canary, in this order. */
export function division(canary: Canary, weights: Weights): readonly [WeightedDestination, WeightedDestination] {
  const { primaryName, canaryName } = canary.service;
  return [
    { destination: destinationOf(canary, primaryName), weight: weights.primary },
    { destination: destinationOf(canary, canaryName), weight: weights.canary },
  ];
}

/** How the last of the routes that lead to both divides the requests; undefined where none does. */
export function divisionOf(routes: readonly Route[], canary: Canary): Weights | undefined {
  for (const { route = [] } of [...routes].reverse()) {
    const to = (host: string) => route.find(({ destination }) => destination.host === host);
    const [primary, share] = [to(canary.service.primaryName), to(canary.service.canaryName)];
    if (!primary || !share) continue;
    // What isn't there is a 0.
    const [p, c] = [primary.weight ?? 0, share.weight ?? 0];
    return p + c === 100 ? canaryAt(c) : undefined;
  }
  return undefined;
}
