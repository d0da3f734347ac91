import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { CanaryContext } from '../../../src/canary/read.js';
import { parseCanary, type Canary } from '../../../src/crds/canary.js';
import { ClusterCache } from '../../../src/kube/cache.js';
import { counting } from './counting.js';
import type { KubeClient } from '../../../src/kube/client.js';
import type { Claim } from '../../../src/kubernetes/claim.js';
import {
  CANARIES,
  CONFIG_MAPS,
  SECRETS,
  type KubeObject,
  type OwnerReference,
  type ResourceType,
} from '../../../src/kube/object.js';
import { kubernetesRouter } from '../../../src/routers/kubernetes.js';
import { DEFAULT_SETTINGS, type Settings } from '../../../src/settings.js';
import type { Workload } from '../../../src/workloads/port.js';
import { createWorkloads, workloadFor } from '../../../src/workloads/registry.js';
import { openCluster } from './cluster.js';
import { claim } from '../claim.js';

export const APP = 'shop';

type Part = Readonly<Record<string, unknown>>;

/** A workload at work: a namespace of its own, and a Canary whose target may or may not be there yet. */
export class WorkloadBench {
  private seq = 0;
  private written = 0;

  private constructor(
    readonly client: KubeClient,
    readonly cache: ClusterCache,
    readonly namespace: string,
    readonly object: KubeObject,
    readonly canary: Canary,
    readonly workloads: readonly Workload[],
    private readonly writes: () => number,
  ) {}

  /** @param spec the Canary's, over that of a Deployment behind APISIX */
  static async open(t: TestContext, spec: Part, settings: Partial<Settings> = {}): Promise<WorkloadBench> {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const { client, namespace } = cluster;
    const { client: counted, writes } = counting(client);
    const cache = new ClusterCache(counted, {
      namespace,
      metadataOnly: [CONFIG_MAPS, SECRETS],
      log: () => undefined,
    });
    t.after(() => cache.stop());
    const object = await client.create(CANARIES, canaryObject(namespace, spec));
    const workloads = createWorkloads(cache, { ...DEFAULT_SETTINGS, ...settings });
    return new WorkloadBench(client, cache, namespace, object, canaryOf(object), workloads, writes);
  }

  get workload(): Workload {
    return workloadFor(this.workloads, this.canary.targetRef.kind);
  }

  /** The same Canary with other parts of its spec; an undefined one is taken away. */
  canaryWith(spec: Part, annotations: Readonly<Record<string, string>> = {}): Canary {
    const changed = JSON.parse(JSON.stringify({ ...(this.object['spec'] as Part), ...spec })) as Part;
    return canaryOf({ ...this.object, metadata: { ...this.object.metadata, annotations }, spec: changed });
  }

  /** As activities use it, with a router that has nothing to do. */
  get bench(): CanaryContext {
    return { object: this.object, canary: this.canary, router: kubernetesRouter, workload: this.workload };
  }

  /** The next step of the first run. */
  fence(): Claim {
    return claim(1, (this.seq += 1));
  }

  async create(type: ResourceType, object: Part & { readonly metadata: Part }): Promise<KubeObject> {
    const { namespace } = this;
    const whole = { apiVersion: type.apiVersion, kind: type.kind, ...object };
    return this.client.create(type, { ...whole, metadata: { ...object.metadata, namespace } } as unknown as KubeObject);
  }

  /** An owner reference to another Canary of the namespace, which is there. */
  async anotherCanary(name = 'other'): Promise<OwnerReference> {
    const object = await this.client.create(CANARIES, {
      ...canaryObject(this.namespace, { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } }),
      metadata: { name, namespace: this.namespace },
    });
    return { ...this.canary.owner, name, uid: object.metadata.uid ?? '' };
  }

  async get(type: ResourceType, name: string): Promise<KubeObject> {
    const object = await this.client.get(type, this.namespace, name);
    assert.ok(object, `there is no ${type.kind} ${name}`);
    return object;
  }

  async spec<T>(type: ResourceType, name: string): Promise<T> {
    return (await this.get(type, name))['spec'] as T;
  }

  /** What a user changes; the caches know of it when this returns. */
  async patch(type: ResourceType, name: string, body: Part): Promise<void> {
    await this.client.patch(type, 'merge', this.namespace, name, body);
    await this.cache.getFresh(type, this.namespace, name);
  }

  async remove(type: ResourceType, name: string): Promise<void> {
    await this.client.delete(type, this.namespace, name);
    await this.cache.getFresh(type, this.namespace, name);
  }

  /** Asserts that the work writes nothing. */
  async writesNothing(what: string, work: () => Promise<unknown>): Promise<void> {
    this.written = this.writes();
    await work();
    assert.equal(this.writes() - this.written, 0, `${what} writes nothing`);
  }
}

function canaryObject(namespace: string, spec: Part): KubeObject {
  return {
    apiVersion: CANARIES.apiVersion,
    kind: CANARIES.kind,
    metadata: { name: APP, namespace },
    spec: {
      provider: 'apisix',
      routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: APP },
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
      service: { port: 80, targetPort: 8080 },
      analysis: { interval: '30s', threshold: 3, stepWeight: 10, maxWeight: 50 },
      ...spec,
    },
  };
}

function canaryOf(object: KubeObject): Canary {
  const parsed = parseCanary(object, { defaultProvider: 'apisix', defaultMetricsServer: 'http://prometheus:9090' });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}
