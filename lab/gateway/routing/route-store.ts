import { keyOf } from '../../kube/reflector.js';
import type { Endpoints } from '../cluster/endpoints.js';
import { compileRoutes, type CompiledRoute } from './compiled-route.js';
import type { RouteObject } from './route-object.js';
import { RouteTable } from './table.js';

/** What has become of a generation of a route object. */
export interface Verdict {
  readonly object: RouteObject;
  /** Why it was not taken over; undefined when the table holds it. */
  readonly refusal: string | undefined;
}

interface Entry {
  object: RouteObject;
  /** The last version that could be taken over; kept in use while a newer one can't. */
  routes: readonly CompiledRoute[];
  refusal: string | undefined;
}

/**
 * Turns route objects into the routing table. Like APISIX' ingress controller it takes an object over as
 * a whole or not at all: while a backend's Service is missing, what was there before stays.
 */
export class RouteStore {
  readonly #entries = new Map<string, Entry>();
  #table = new RouteTable([]);

  /** @param onVerdict Called after the table has changed, never before. */
  constructor(
    readonly endpoints: Endpoints,
    readonly onVerdict: (verdict: Verdict) => void,
  ) {}

  get table(): RouteTable {
    return this.#table;
  }

  set(object: RouteObject): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const former = this.#entries.get(key);
    if (former?.object.metadata.generation === object.metadata.generation) {
      // Only its status or its labels differ: what is in use keeps its place in the round robin.
      former.object = object;
      return this.#tell(former);
    }
    const entry: Entry = { object, routes: former?.routes ?? [], refusal: undefined };
    this.#entries.set(key, entry);
    this.#take(entry);
  }

  drop(object: RouteObject): void {
    this.#entries.delete(keyOf(object.metadata.namespace, object.metadata.name));
    this.#rebuild();
  }

  /** Looks again at what was refused, because a Service has appeared. */
  retryRefused(): void {
    for (const entry of this.#entries.values()) {
      if (entry.refusal !== undefined) this.#take(entry);
    }
  }

  #take(entry: Entry): void {
    try {
      const routes = compileRoutes(entry.object);
      this.#checkServices(routes);
      entry.routes = routes;
      entry.refusal = undefined;
      this.#rebuild();
    } catch (error) {
      entry.refusal = error instanceof Error ? error.message : String(error);
    }
    this.#tell(entry);
  }

  #checkServices(routes: readonly CompiledRoute[]): void {
    for (const { namespace, service } of routes.flatMap(({ backends }) => backends.items)) {
      if (!this.endpoints.has(namespace, service)) throw new Error(`service "${namespace}/${service}" not found`);
    }
  }

  #rebuild(): void {
    this.#table = new RouteTable([...this.#entries.values()].flatMap(({ routes }) => routes));
  }

  #tell({ object, refusal }: Entry): void {
    this.onVerdict({ object, refusal });
  }
}
