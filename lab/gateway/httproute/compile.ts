import type { CompiledRoute } from '../routing/compiled-route.js';
import { parseDuration } from '../routing/duration.js';
import { hostPattern } from '../routing/patterns.js';
import { SmoothWeighted } from '../routing/smooth-weighted.js';
import { compileFilters } from './filters.js';
import { compileMatch } from './matches.js';
import { ourParents, type HttpRoute, type HttpRouteRule } from './route-object.js';

/** `timeouts.request` where the route says nothing. */
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Compiles an HTTPRoute, a route for each match of each rule; nothing for one of another Gateway. Throws when
 * something can't be understood; then the route is not taken over.
 */
export function compileHttpRoute(object: HttpRoute): CompiledRoute[] {
  if (ourParents(object).length === 0) return [];
  return object.spec.rules.flatMap((rule, index) => compileRule(object, rule, index));
}

function compileRule({ metadata, spec }: HttpRoute, rule: HttpRouteRule, index: number): CompiledRoute[] {
  const { namespace, name, creationTimestamp } = metadata;
  const backends = new SmoothWeighted(
    rule.backendRefs.map((ref) => ({
      namespace: ref.namespace ?? namespace,
      service: ref.name,
      port: portOf(ref),
      weight: ref.weight,
      plugins: compileFilters(ref.filters, namespace),
    })),
    ({ weight }) => weight,
  );
  const plugins = compileFilters(rule.filters, namespace);
  const { request } = rule.timeouts;
  // No match at all is every request.
  const matches = rule.matches.length === 0 ? [{ headers: [], queryParams: [], path: ANY_PATH }] : rule.matches;
  return matches.map((match, matchIndex) => {
    const { path, methods, conditions, precedence } = compileMatch(match);
    const rank = [index, matchIndex].map((number) => String(number).padStart(3, '0'));
    return {
      name: [namespace, name, ...rank].join('_'),
      id: [namespace, name, ...rank].join('_'),
      priority: precedence,
      // The older route first, then by name, then in the order of its rules.
      order: [creationTimestamp, namespace, name, ...rank].join('/'),
      hosts: spec.hostnames.map(hostPattern),
      paths: [path],
      methods,
      conditions,
      backends,
      readTimeoutMs: request === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(request),
      plugins,
    };
  });
}

const ANY_PATH = { type: 'PathPrefix', value: '/' };

function portOf({ kind, group, name, port }: HttpRouteRule['backendRefs'][number]): number {
  if (group !== '' || kind !== 'Service')
    throw new Error(`the lab's gateway knows no backend ${group}/${kind} ${name}`);
  if (port === undefined) throw new Error(`backend ${name} has no port`);
  return port;
}
