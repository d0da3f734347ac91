import { compileVariable, type Condition } from '../routing/expression.js';
import { DEFAULT_READ_TIMEOUT_MS, type Backend, type CompiledRoute } from '../routing/compiled-route.js';
import { hostPattern, pathPattern } from '../routing/patterns.js';
import { SmoothWeighted } from '../routing/smooth-weighted.js';
import { trafficSplitSchema, type AdminRoute } from './objects.js';

const TRAFFIC_SPLIT = 'traffic-split';

/** The namespace of backends that are upstreams of the Admin API; no Service can be in it. */
export const UPSTREAMS = '(upstreams)';

/**
 * A route of the Admin API, ready to be matched.
 *
 * @throws Error on what can't be understood
 */
export function compileAdminRoute(route: AdminRoute): CompiledRoute {
  const { id, name, priority, host, uri, methods, vars, timeout, plugins } = route;
  return {
    name,
    id,
    priority,
    order: id,
    hosts: [...(host === undefined ? [] : [host]), ...route.hosts].map(hostPattern),
    paths: [...(uri === undefined ? [] : [uri]), ...route.uris].map(pathPattern),
    methods: new Set(methods),
    conditions: vars.map(conditionOf),
    backends: new SmoothWeighted(backendsOf(route), ({ weight }) => weight),
    readTimeoutMs: timeout === undefined ? DEFAULT_READ_TIMEOUT_MS : timeout.read * 1000,
    plugins: new Map(Object.entries(plugins).filter(([plugin]) => plugin !== TRAFFIC_SPLIT)),
  };
}

function backendsOf({ upstream_id: own, plugins }: AdminRoute): Backend[] {
  const backend = (upstream: string | undefined, weight: number): Backend[] =>
    upstream === undefined ? [] : [{ namespace: UPSTREAMS, service: upstream, port: 0, weight }];
  const split = plugins[TRAFFIC_SPLIT];
  const [rule] = split ? trafficSplitSchema.parse(split).rules : [];
  if (!rule) return backend(own, 1);
  return rule.weighted_upstreams.flatMap(({ upstream_id: upstream = own, weight }) => backend(upstream, weight));
}

/** How the operators of `vars` are called in an ApisixRoute. */
const OPERATORS: Readonly<Record<string, string>> = {
  '==': 'Equal',
  '~=': 'NotEqual',
  '>': 'GreaterThan',
  '>=': 'GreaterThanEqual',
  '<': 'LessThan',
  '<=': 'LessThanEqual',
  '~~': 'RegexMatch',
  '~*': 'RegexMatchCaseInsensitive',
  in: 'In',
};

function conditionOf(expression: readonly (string | readonly string[])[]): Condition {
  const [variable, ...rest] = expression;
  const inverted = rest[0] === '!';
  const [operator, value] = inverted ? rest.slice(1) : rest;
  const op = typeof operator === 'string' ? OPERATORS[operator] : undefined;
  if (typeof variable !== 'string' || op === undefined || value === undefined) {
    throw new Error(`the lab's gateway does not understand ${JSON.stringify(expression)}`);
  }
  const holds = compileVariable(variable, typeof value === 'string' ? { op, value } : { op, set: [...value] });
  return inverted ? (facts) => !holds(facts) : holds;
}
