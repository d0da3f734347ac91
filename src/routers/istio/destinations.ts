import { baselineServiceName } from '../../crds/baseline.js';
import type { Canary, CanaryService } from '../../crds/canary.js';
import { dividedAs, sharesOf, type Weights } from '../../domain/weights.js';
import type { Route, WeightedDestination } from './objects.js';

/** What a VirtualService without gateways of its own applies to: all sidecars. */
const MESH = 'mesh';

/** The gateways of the VirtualService; a delegate has those of whoever delegates to it. */
export function gatewaysOf({ service }: Canary): readonly string[] {
  return service.gateways.length > 0 ? service.gateways : [MESH];
}

export function destinationOf(canary: Canary, host: string): WeightedDestination['destination'] {
  const { portDiscovery, delegation, port } = canary.service;
  // A route to a Service with several ports must name one, where the gateway's port doesn't determine it.
  const ambiguous = portDiscovery && (delegation || gatewaysOf(canary)[0] !== MESH);
  return ambiguous ? { host, port: { number: port } } : { host };
}

/** Primary and canary, in this order, and behind them the baseline, where it has a share. */
export function division(
  canary: Canary,
  weights: Weights,
): readonly [WeightedDestination, WeightedDestination, ...WeightedDestination[]] {
  const { primaryName, canaryName } = canary.service;
  const shares = sharesOf(weights);
  const to = (host: string, weight: number): WeightedDestination => ({
    destination: destinationOf(canary, host),
    weight,
  });
  const beside = shares.baseline > 0 ? [to(baselineServiceName(canary), shares.baseline)] : [];
  return [to(primaryName, shares.primary), to(canaryName, shares.canary), ...beside];
}

/** The last of the routes that lead to both: those before it keep clients where they are. */
export function dividing<R extends Route>(routes: readonly R[], service: CanaryService): R | undefined {
  const leadsTo = ({ route = [] }: R, host: string) => route.some(({ destination }) => destination.host === host);
  return routes.filter((route) => leadsTo(route, service.primaryName) && leadsTo(route, service.canaryName)).at(-1);
}

/** How a route divides the traffic; undefined where not all of it goes to ours. */
export function divisionIn({ route = [] }: Route, service: CanaryService): Weights | undefined {
  const weightOf = (host: string) => route.find(({ destination }) => destination.host === host)?.weight ?? 0;
  return dividedAs({
    primary: weightOf(service.primaryName),
    canary: weightOf(service.canaryName),
    baseline: weightOf(baselineServiceName({ service })),
  });
}
