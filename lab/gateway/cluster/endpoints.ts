import type { PortReference } from '../../kube/metadata.js';
import { keyOf } from '../../kube/followed.js';
import { SERVICE_NAME_LABEL, type EndpointSlice, type Service } from './objects.js';

/** A pod's port by its address in the cluster. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** Why there is nowhere to send a request. */
export type Nowhere = 'no such service' | 'no such port' | 'no ready endpoint';

/**
 * The ready endpoints of Services, worked out from Services and EndpointSlices and remembered until one
 * of them changes.
 */
export class Endpoints {
  readonly #services = new Map<string, Service>();
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  readonly #known = new Map<string, readonly Endpoint[] | Nowhere>();

  setService(service: Service): void {
    const key = keyOf(service.metadata.namespace, service.metadata.name);
    this.#services.set(key, service);
    this.#forget(key);
  }

  dropService(service: Service): void {
    const key = keyOf(service.metadata.namespace, service.metadata.name);
    this.#services.delete(key);
    this.#forget(key);
  }

  setSlice(slice: EndpointSlice): void {
    const key = ownerOf(slice);
    const slices = this.#slices.get(key) ?? new Map<string, EndpointSlice>();
    this.#slices.set(key, slices.set(slice.metadata.name, slice));
    this.#forget(key);
  }

  dropSlice(slice: EndpointSlice): void {
    const key = ownerOf(slice);
    this.#slices.get(key)?.delete(slice.metadata.name);
    this.#forget(key);
  }

  has(namespace: string, service: string): boolean {
    return this.#services.has(keyOf(namespace, service));
  }

  /** Where requests to a port of a Service may go; a sentence when nowhere. */
  of(namespace: string, service: string, port: PortReference): readonly Endpoint[] | Nowhere {
    const key = keyOf(namespace, service);
    const cacheKey = `${key}:${port}`;
    const found = this.#known.get(cacheKey) ?? this.#find(key, port);
    this.#known.set(cacheKey, found);
    return found;
  }

  #find(key: string, reference: PortReference): readonly Endpoint[] | Nowhere {
    const service = this.#services.get(key);
    if (!service) return 'no such service';
    const port = service.spec.ports.find((one) => one.port === reference || one.name === reference);
    if (!port) return 'no such port';
    const found: Endpoint[] = [];
    for (const slice of this.#slices.get(key)?.values() ?? []) {
      const target = slice.ports.find(({ name }) => name === port.name);
      if (!target) continue;
      for (const { addresses, conditions } of slice.endpoints) {
        const [ip] = addresses;
        if (ip !== undefined && conditions.ready !== false) found.push({ ip, port: target.port });
      }
    }
    return found.length > 0 ? found : 'no ready endpoint';
  }

  #forget(key: string): void {
    for (const cacheKey of this.#known.keys()) {
      if (cacheKey.startsWith(`${key}:`)) this.#known.delete(cacheKey);
    }
  }
}

function ownerOf({ metadata }: EndpointSlice): string {
  return keyOf(metadata.namespace, metadata.labels[SERVICE_NAME_LABEL] ?? '');
}
