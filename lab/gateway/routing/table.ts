import type { CompiledRoute } from './compiled-route.js';
import type { Pattern } from './patterns.js';
import type { RequestFacts } from './request-facts.js';

/** A route that a request has matched, and by which of its patterns. */
export interface RouteMatch {
  readonly route: CompiledRoute;
  /** The pattern as written; empty for a route that takes any host. */
  readonly host: string;
  readonly path: string;
}

/** Where a request goes. */
export type RouteFinder = Pick<RouteTable, 'match' | 'servesHost'>;

/** Several tables as one; the first that knows a request has it. */
export function inTurn(tables: readonly { readonly table: RouteFinder }[]): RouteFinder {
  return {
    match: (facts) => {
      for (const { table } of tables) {
        const found = table.match(facts);
        if (found) return found;
      }
      return undefined;
    },
    servesHost: (host) => tables.some(({ table }) => table.servesHost(host)),
  };
}

interface Entry {
  readonly route: CompiledRoute;
  readonly host: Pattern | undefined;
  readonly path: Pattern;
}

/**
 * Decides which route a request takes, in APISIX' order (its router `radixtree_host_uri`): the more
 * precise host first, then the more precise path, then the higher priority. A route whose methods or
 * expressions don't match is passed over, and the next one is asked.
 */
export class RouteTable {
  readonly #entries: readonly Entry[];
  readonly #exactHosts: ReadonlySet<string>;

  constructor(readonly routes: readonly CompiledRoute[]) {
    this.#entries = routes.flatMap(entriesOf).sort(inOrder);
    this.#exactHosts = new Set(
      routes.flatMap(({ hosts }) => hosts.map(({ text }) => text)).filter((text) => !text.startsWith('*')),
    );
  }

  match(facts: RequestFacts): RouteMatch | undefined {
    for (const { route, host, path } of this.#entries) {
      if (host && !host.matches(facts.host)) continue;
      if (!path.matches(facts.path)) continue;
      if (route.methods.size > 0 && !route.methods.has(facts.method)) continue;
      if (!route.conditions.every((holds) => holds(facts))) continue;
      return { route, host: host?.text ?? '', path: path.text };
    }
    return undefined;
  }

  /** Whether some route names this very host. */
  servesHost(host: string): boolean {
    return this.#exactHosts.has(host);
  }
}

function entriesOf(route: CompiledRoute): Entry[] {
  const hosts = route.hosts.length > 0 ? route.hosts : [undefined];
  return hosts.flatMap((host) => route.paths.map((path) => ({ route, host, path })));
}

function inOrder(a: Entry, b: Entry): number {
  return (
    (b.host?.precision ?? -1) - (a.host?.precision ?? -1) ||
    b.path.precision - a.path.precision ||
    b.route.priority - a.route.priority ||
    Number(a.route.order > b.route.order) - Number(a.route.order < b.route.order)
  );
}
