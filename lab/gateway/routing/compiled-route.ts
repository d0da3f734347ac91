import { createHash } from 'node:crypto';
import type { PortReference } from '../../kube/metadata.js';
import { SmoothWeighted } from './smooth-weighted.js';
import { compileExpression, type Condition } from './expression.js';
import { parseDuration } from './duration.js';
import { hostPattern, pathPattern, type Pattern } from './patterns.js';
import type { RouteObject, RouteRule } from './route-object.js';

export interface Backend {
  readonly namespace: string;
  readonly service: string;
  readonly port: PortReference;
  readonly weight: number;
  /** Plugins for requests that go there, besides those of the route. */
  readonly plugins?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** A rule of a route object, ready to be matched. */
export interface CompiledRoute {
  /** `<namespace>_<object>_<rule>`, the name that APISIX gives the route. */
  readonly name: string;
  /** A stable id, for metrics without `prefer_name`. */
  readonly id: string;
  readonly priority: number;
  /** Decides between equals: the lesser text first. */
  readonly order: string;
  /** Empty: any host. */
  readonly hosts: readonly Pattern[];
  readonly paths: readonly Pattern[];
  /** Empty: any method. */
  readonly methods: ReadonlySet<string>;
  readonly conditions: readonly Condition[];
  readonly backends: SmoothWeighted<Backend>;
  /** How long an upstream may be silent. */
  readonly readTimeoutMs: number;
  /** Configurations of the enabled plugins by name. */
  readonly plugins: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** How long an upstream may be silent where a route doesn't say. */
export const DEFAULT_READ_TIMEOUT_MS = 60_000;

/** Compiles all rules of a route object. Throws when one can't be understood; then none is taken over. */
export function compileRoutes(object: RouteObject): CompiledRoute[] {
  return object.spec.http.map((rule) => compileRule(object, rule));
}

function compileRule({ metadata }: RouteObject, rule: RouteRule): CompiledRoute {
  const { namespace } = metadata;
  const name = `${namespace}_${metadata.name}_${rule.name}`;
  const backends = rule.backends.map(({ serviceName, servicePort, weight }) => ({
    namespace,
    service: serviceName,
    port: servicePort,
    weight,
  }));
  return {
    name,
    id: createHash('sha256').update(name).digest('hex').slice(0, 8),
    priority: rule.priority,
    order: name,
    hosts: rule.match.hosts.map(hostPattern),
    paths: rule.match.paths.map(pathPattern),
    methods: new Set(rule.match.methods),
    conditions: rule.match.exprs.map(compileExpression),
    backends: new SmoothWeighted(backends, ({ weight }) => weight),
    readTimeoutMs: rule.timeout.read === undefined ? DEFAULT_READ_TIMEOUT_MS : parseDuration(rule.timeout.read),
    plugins: new Map(rule.plugins.filter(({ enable }) => enable).map((plugin) => [plugin.name, plugin.config])),
  };
}
