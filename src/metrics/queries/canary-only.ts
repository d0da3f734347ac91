import { FLAGGER_QUERIES, NGINX_CANARY, SKIPPER_ROUTE, type Observer } from './flagger.js';
import { traefikService } from './traefik.js';
import { observerQueries, type BuiltinQuery, type ObserverQueries } from './query.js';

const FLAGGER_WITH_ZERO = Object.fromEntries(
  Object.entries(FLAGGER_QUERIES).map(([observer, queries]) => [observer, withZero(queries)]),
) as Readonly<Record<Observer, ObserverQueries>>;

/**
 * Flagger's queries where they see the canary, and better ones where they miss it.
 *
 * All of them: when all requests fail there is no series of successes, and Flagger's queries find no values. Here that
 * is a success rate of 0.
 *
 * APISIX: the generated route carries all traffic, so Flagger's queries mix primary and canary, and a canary that fails
 * 5% of its requests at weight 10 shows as 99.5%. The `node` label is the address of the pod that answered, which
 * identifies the canary's requests.
 *
 * Traefik names the destination of an IngressRoute in one of two ways, depending on its setting `safeNaming`; Flagger's
 * queries know only the older one.
 *
 * APISIX, Gloo, Kuma and Traefik: the objects are named after the apex Service. Flagger's queries use the target's name
 * there, and find nothing where the two differ.
 *
 * nginx and Skipper: Flagger's durations are means, though its documentation promises the 99th percentile.
 */
export const CANARY_ONLY_QUERIES: Readonly<Record<Observer, ObserverQueries>> = {
  ...FLAGGER_WITH_ZERO,
  apisix: apisix('route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+", node=~"{{ addresses }}"'),
  gloo: byService(FLAGGER_WITH_ZERO.gloo),
  kuma: byService(FLAGGER_WITH_ZERO.kuma),
  traefik: bothNames(byService(FLAGGER_WITH_ZERO.traefik)),
  nginx: withPercentile(
    FLAGGER_WITH_ZERO.nginx,
    `nginx_ingress_controller_response_duration_seconds_bucket{ ${NGINX_CANARY} }`,
  ),
  skipper: withPercentile(FLAGGER_WITH_ZERO.skipper, `skipper_serve_route_duration_seconds_bucket{ ${SKIPPER_ROUTE} }`),
};

function apisix(selector: string): ObserverQueries {
  return withZero(
    observerQueries(
      `sum( rate( apisix_http_status{ ${selector}, code!~"5.." }[{{ interval }}] ) )
        / sum( rate( apisix_http_status{ ${selector} }[{{ interval }}] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate(
        apisix_http_latency_bucket{ type=~"request", ${selector} }[{{ interval }}] ) ) by (le) )`,
      { ofAddresses: true },
    ),
  );
}

/** A success rate is a quotient: here its numerator is 0 where there is no such series. */
function withZero(queries: ObserverQueries): ObserverQueries {
  const success = queries['request-success-rate'];
  const { template: whole } = success;
  const at = whole.indexOf('/ sum');
  const template = at === -1 ? whole : `( ${whole.slice(0, at).trimEnd()} or vector(0) ) ${whole.slice(at)}`;
  return { ...queries, 'request-success-rate': { ...success, template } };
}

/** @param buckets of a histogram in seconds */
function withPercentile(queries: ObserverQueries, buckets: string): ObserverQueries {
  const template = `histogram_quantile( 0.99, sum( rate( ${buckets}[{{ interval }}] ) ) by (le) ) * 1000`;
  return { ...queries, 'request-duration': { ...queries['request-duration'], template } };
}

/** Flagger's selector of Traefik's service, replaced by one for both of its names. */
function bothNames(queries: ObserverQueries): ObserverQueries {
  const older = /service=~"\{\{ namespace \}\}-\{\{ service \}\}-canary-[^"]*"/g;
  const renamed = (query: BuiltinQuery) => ({
    ...query,
    template: query.template.replaceAll(older, () => traefikService('{{ service }}-canary')),
  });
  return {
    'request-success-rate': renamed(queries['request-success-rate']),
    'request-duration': renamed(queries['request-duration']),
  };
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
