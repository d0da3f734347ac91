import { FLAGGER_QUERIES, type Observer } from './flagger.js';
import { observerQueries, type BuiltinQuery, type ObserverQueries } from './query.js';

/**
 * Where Flagger's queries miss the canary.
 *
 * APISIX: the generated route carries all traffic, so Flagger's queries mix primary and canary, and a canary that fails
 * 5% of its requests at weight 10 shows as 99.5%. The `node` label is the address of the pod that answered, by which
 * the canary's requests are told apart. With all of them failed there is no series of successes, hence `vector(0)`.
 *
 * APISIX, Gloo, Kuma and Traefik: the objects are named after the apex Service. Flagger's queries have the target's
 * name there, and find nothing where the two differ.
 */
export const CANARY_ONLY_QUERIES: Readonly<Partial<Record<Observer, ObserverQueries>>> = {
  apisix: apisix('route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+", node=~"{{ addresses }}"'),
  gloo: byService(FLAGGER_QUERIES.gloo),
  kuma: byService(FLAGGER_QUERIES.kuma),
  traefik: byService(FLAGGER_QUERIES.traefik),
};

function apisix(selector: string): ObserverQueries {
  return observerQueries(
    `( sum( rate( apisix_http_status{ ${selector}, code!~"5.." }[{{ interval }}] ) ) or vector(0) )
      / sum( rate( apisix_http_status{ ${selector} }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate(
      apisix_http_latency_bucket{ type=~"request", ${selector} }[{{ interval }}] ) ) by (le) )`,
    { ofAddresses: true },
  );
}

function byService(queries: ObserverQueries): ObserverQueries {
  const renamed = (query: BuiltinQuery) => ({
    ...query,
    template: query.template.replaceAll('{{ target }}', '{{ service }}'),
  });
  return {
    'request-success-rate': renamed(queries['request-success-rate']),
    'request-duration': renamed(queries['request-duration']),
  };
}
