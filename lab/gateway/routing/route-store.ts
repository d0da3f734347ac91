import { keyOf } from '../../kube/followed.js';
import type { Endpoints } from '../cluster/endpoints.js';
import { compileRoutes, type CompiledRoute } from './compiled-route.js';
import type { RouteObject } from './route-object.js';
import { RouteTable } from './table.js';

/** The least that is needed to keep an object. */
interface Routed {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly generation: number };
}

/** What has become of a generation of a route object. */
export interface Verdict<T = RouteObject> {
  readonly object: T;
  /** Why it was not taken over; undefined when the table holds it. */
  readonly refusal: string | undefined;
}

interface Entry<T> {
  object: T;
  /** The last version that could be taken over; kept in use while a newer one can't. */
  routes: readonly CompiledRoute[];
  refusal: string | undefined;
}

/**
 * Turns route objects of one kind into a routing table. An object is taken over as a whole or not at all: while it
 * can't be understood, what was there before stays.
 */
export class Routes<T extends Routed> {
  readonly #entries = new Map<string, Entry<T>>();
  #table = new RouteTable([]);

  /**
   * @param compile Throws on what can't be taken over, and says why.
   * @param onVerdict Called after the table has changed, never before.
   */
  constructor(
    readonly compile: (object: T) => readonly CompiledRoute[],
    readonly onVerdict: (verdict: Verdict<T>) => void,
  ) {}

  get table(): RouteTable {
    return this.#table;
  }

  set(object: T): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const former = this.#entries.get(key);
    if (former?.object.metadata.generation === object.metadata.generation) {
      // Only its status or its labels differ: what is in use keeps its place in the round robin.
      former.object = object;
      return this.#notify(former);
    }
    const entry: Entry<T> = { object, routes: former?.routes ?? [], refusal: undefined };
    this.#entries.set(key, entry);
    this.#take(entry);
  }

  drop(object: T): void {
    this.#entries.delete(keyOf(object.metadata.namespace, object.metadata.name));
    this.#rebuild();
  }

  /** Looks again at what was refused, because something has appeared that was missing. */
  retryRefused(): void {
    for (const entry of this.#entries.values()) {
      if (entry.refusal !== undefined) this.#take(entry);
    }
  }

  #take(entry: Entry<T>): void {
    try {
      entry.routes = this.compile(entry.object);
      entry.refusal = undefined;
      this.#rebuild();
    } catch (error) {
      entry.refusal = error instanceof Error ? error.message : String(error);
    }
    this.#notify(entry);
  }

  #rebuild(): void {
    this.#table = new RouteTable([...this.#entries.values()].flatMap(({ routes }) => routes));
  }

  #notify({ object, refusal }: Entry<T>): void {
    this.onVerdict({ object, refusal });
  }
}

/** ApisixRoutes. Like APISIX' ingress controller it takes none over while a backend's Service is missing. */
export class RouteStore extends Routes<RouteObject> {
  constructor(endpoints: Endpoints, onVerdict: (verdict: Verdict) => void) {
    super((object) => {
      const routes = compileRoutes(object);
      for (const { namespace, service } of routes.flatMap(({ backends }) => backends.items)) {
        if (!endpoints.has(namespace, service)) throw new Error(`service "${namespace}/${service}" not found`);
      }
      return routes;
    }, onVerdict);
  }
}
