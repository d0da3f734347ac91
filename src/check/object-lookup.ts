import { isPathSegment } from '../domain/names.js';
import { type KubeClient } from '../kube/client.js';
import { KubeError } from '../kube/kube-error.js';
import type { KubeObject, ResourceType } from '../kube/object.js';
import type { Manifests } from './manifest.js';

/** The result of looking up an object that a Canary refers to. */
export type LookupResult =
  /** It is in the file (`given`), or in the cluster. */
  | { readonly state: 'found'; readonly object: KubeObject; readonly given: boolean }
  /** It is neither in the cluster nor in the file. */
  | { readonly state: 'missing' }
  /** There is no cluster to read, or it refuses permission. */
  | { readonly state: 'unknown'; readonly why?: string };

/** The part of a Kubernetes client that a check needs: it never writes. */
export type ClusterReader = Pick<KubeClient, 'get' | 'list'>;

/**
 * Looks objects up in the file first, then in the cluster, if there is one: a release will meet what is about to be
 * applied.
 */
export class ObjectLookup {
  constructor(
    private readonly manifests: Manifests,
    readonly cluster: ClusterReader | undefined,
  ) {}

  /** @throws TransientError where the cluster can't be reached */
  async look(type: ResourceType, namespace: string, name: string): Promise<LookupResult> {
    const object = this.manifests.find(type, namespace, name);
    return object ? { state: 'found', object, given: true } : this.stored(type, namespace, name);
  }

  /** Objects of the file. */
  given(type: ResourceType, namespace: string): readonly KubeObject[] {
    const all = this.manifests.objects.filter(
      ({ kind, metadata }) => kind === type.kind && metadata.namespace === namespace,
    );
    return all.filter((one) => this.manifests.find(type, namespace, one.metadata.name) === one);
  }

  /**
   * The object in the cluster, whatever the file holds.
   *
   * @throws TransientError where the cluster can't be reached
   */
  async stored(type: ResourceType, namespace: string, name: string): Promise<LookupResult> {
    if (!this.cluster) return { state: 'unknown' };
    // No object can have an invalid name: names come from users' text.
    if (!isPathSegment(name)) return { state: 'missing' };
    try {
      const found = await this.cluster.get(type, namespace, name);
      return found ? { state: 'found', object: found, given: false } : { state: 'missing' };
    } catch (error) {
      if (error instanceof KubeError && error.status === 403) return { state: 'unknown', why: error.message };
      throw error;
    }
  }
}
