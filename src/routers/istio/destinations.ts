import type { Canary, CanaryService } from '../../crds/canary.js';
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

/** The last of the routes that lead to both: those before it keep clients where they are. */
export function dividing<R extends Route>(routes: readonly R[], service: CanaryService): R | undefined {
  const leadsTo = ({ route = [] }: R, host: string) => route.some(({ destination }) => destination.host === host);
  return routes.filter((route) => leadsTo(route, service.primaryName) && leadsTo(route, service.canaryName)).at(-1);
}

/** How a route divides the traffic; undefined where not all of it goes to one of the two. */
export function divisionIn({ route = [] }: Route, service: CanaryService): Weights | undefined {
  const weightOf = (host: string) => route.find(({ destination }) => destination.host === host)?.weight ?? 0;
  const [primary, canary] = [weightOf(service.primaryName), weightOf(service.canaryName)];
  return primary + canary === 100 ? canaryAt(canary) : undefined;
}
