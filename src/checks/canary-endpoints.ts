import type { ClusterCache } from '../kube/cache.js';
import { endpointsIn, SERVICE_NAME } from '../kube/endpoint-slices.js';
import type { KubeObject } from '../kube/object.js';
import { ENDPOINT_SLICES } from '../kube/object.js';

/**
 * Longer than any analysis looks back by default; a replaced pod's errors must count as long as an analysis sees them.
 */
const REMEMBERED_MS = 10 * 60_000;

/**
 * The addresses of the pods behind Services, including those removed lately: a pod that failed and was replaced must
 * not take its errors out of the numbers with it.
 */
export class CanaryEndpoints {
  /** Last time an address was seen behind a Service, by `<namespace>/<service>` and address. */
  private readonly seen = new Map<string, Map<string, number>>();
  /**
   * Names of a Service's slices, by `<namespace>/<service>`: reading one Service must not cost a search of all slices.
   */
  private readonly slices = new Map<string, Set<string>>();
  private started: Promise<void> | undefined;

  constructor(
    private readonly cache: ClusterCache,
    private readonly now: () => number = Date.now,
  ) {}

  async addressesOf(namespace: string, service: string): Promise<readonly string[]> {
    this.started ??= this.start();
    await this.started;
    const store = await this.cache.synced(ENDPOINT_SLICES);
    const key = `${namespace}/${service}`;
    for (const name of this.slices.get(key) ?? []) {
      const slice = store.get(namespace, name);
      if (slice) this.note(slice);
      else this.slices.get(key)?.delete(name);
    }
    const known = this.seen.get(key) ?? new Map<string, number>();
    for (const [address, at] of known) if (this.now() - at > REMEMBERED_MS) known.delete(address);
    return [...known.keys()].sort();
  }

  private async start(): Promise<void> {
    const store = await this.cache.synced(ENDPOINT_SLICES);
    store.onChange((slice) => this.note(slice));
    for (const slice of store.list()) this.note(slice);
  }

  private note(slice: KubeObject): void {
    const service = slice.metadata.labels?.[SERVICE_NAME];
    if (service === undefined) return;
    const key = `${slice.metadata.namespace ?? ''}/${service}`;
    const slices = this.slices.get(key) ?? new Set<string>();
    this.slices.set(key, slices.add(slice.metadata.name));
    const addresses = this.seen.get(key) ?? new Map<string, number>();
    this.seen.set(key, addresses);
    for (const { addresses: found = [] } of endpointsIn(slice)) {
      for (const address of found) addresses.set(address, this.now());
    }
  }
}
