import { randomUUID } from 'node:crypto';
import type { KubeClient } from '../../../src/kube/client.js';
import type { KubeObject } from '../../../src/kube/object.js';
import { CANARIES, DEPLOYMENTS } from '../../../src/kube/object.js';
import type { Activities } from '../../../src/workflows/activities.js';
import { asPodController } from '../../../src/workloads/shared/pod-controller.js';
import { contentHash } from '../../../src/workloads/shared/revision.js';
import { deployment } from '../kubernetes/cluster.js';
import { FakeCluster } from '../temporal/fake-cluster.js';

/**
 * Canaries and Deployments that are real objects of the API server, released by activities in memory: what they decide
 * is written into the status of the Canary, and what is released is what the Deployment holds.
 */
export class ApiCluster {
  private readonly fakes = new Map<string, FakeCluster>();

  constructor(
    readonly client: KubeClient,
    readonly namespace: string,
  ) {}

  /** A Canary at rest, whose target was promoted as it is. */
  async canary(options: { readonly spec?: Record<string, unknown>; readonly intervalSeconds?: number } = {}) {
    const name = `c-${randomUUID().slice(0, 8)}`;
    const target = await this.client.create(DEPLOYMENTS, deployment(this.namespace, name, 'podinfo:6.0.0'));
    const hash = hashOf(target);
    const fake = new FakeCluster();
    fake.status = { ...fake.status, applied: { hash, configs: {} }, promoted: hash };
    fake.primaryRuns = { hash, configs: {} };
    fake.policy = { ...fake.policy, intervalSeconds: options.intervalSeconds ?? 0.1 };
    this.fakes.set(name, fake);
    await this.client.create(CANARIES, canaryObject(this.namespace, name, options.spec));
    await this.mirror(name);
    return { name, fake, hash };
  }

  /** The activities of a worker, for all Canaries of this world. */
  get activities(): Activities {
    const of = (input: { readonly canary: { readonly name: string } }): FakeCluster => {
      const fake = this.fakes.get(input.canary.name);
      if (!fake) throw new Error(`there is no Canary ${input.canary.name}`);
      return fake;
    };
    const mirrored = async <T>(input: { readonly canary: { readonly name: string } }, work: Promise<T>): Promise<T> => {
      const result = await work;
      await this.mirror(input.canary.name);
      return result;
    };
    return {
      begin: (input) => of(input).begin(input),
      observe: async (input) => {
        of(input).target = { hash: await this.hash(input.canary.name), configs: {} };
        return of(input).observe(input);
      },
      recall: async (input) => {
        of(input).target = { hash: await this.hash(input.canary.name), configs: {} };
        return of(input).recall(input);
      },
      apply: (input) => mirrored(input, of(input).apply(input)),
      rollBack: (input) => mirrored(input, of(input).rollBack(input)),
      awaitReady: (input) => of(input).awaitReady(input),
      callHooks: (input) => of(input).callHooks(input),
      deliver: (input) => of(input).deliver(input),
      archive: (input) => of(input).archive(input),
      loadTest: (input) => of(input).loadTest(input),
      oversee: (input) => of(input).oversee(input),
      announce: (input) => of(input).announce(input),
      undo: (input) => of(input).undo(input),
      sweep: () => new FakeCluster().sweep(),
    };
  }

  async target(name: string): Promise<KubeObject> {
    const target = await this.client.get(DEPLOYMENTS, this.namespace, name);
    if (!target) throw new Error(`there is no Deployment ${name}`);
    return target;
  }

  async hash(name: string): Promise<string> {
    return hashOf(await this.target(name));
  }

  async image(name: string): Promise<string | undefined> {
    return asPodController(await this.target(name)).spec.template.spec.containers?.[0]?.image as string | undefined;
  }

  /** As `kubectl set image` does it. */
  async setImage(name: string, image: string): Promise<void> {
    const containers = [{ name: 'app', image }];
    await this.client.patch(DEPLOYMENTS, 'strategic', this.namespace, name, {
      spec: { template: { spec: { containers } } },
    });
  }

  private async mirror(name: string): Promise<void> {
    const fake = this.fakes.get(name);
    if (!fake) return;
    const { phase, weight, failedChecks, iterations, applied, promoted } = fake.status;
    const now = new Date().toISOString();
    await this.client.apply(
      CANARIES,
      {
        apiVersion: CANARIES.apiVersion,
        kind: CANARIES.kind,
        metadata: { name, namespace: this.namespace },
        status: {
          phase,
          canaryWeight: weight,
          failedChecks,
          iterations,
          lastAppliedSpec: applied?.hash ?? '',
          lastPromotedSpec: promoted,
          lastTransitionTime: now,
          conditions: [
            { type: 'Promoted', status: 'True', reason: phase, message: `in phase ${phase}`, lastUpdateTime: now },
          ],
        },
      },
      { subresource: 'status' },
    );
  }
}

export function canaryObject(namespace: string, name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: CANARIES.apiVersion,
    kind: CANARIES.kind,
    metadata: { name, namespace },
    spec: {
      provider: 'apisix',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name },
      service: { port: 80, targetPort: 8080 },
      analysis: { interval: '10s', threshold: 5, maxWeight: 50, stepWeight: 10 },
      ...spec,
    },
  };
}

function hashOf(target: KubeObject): string {
  return contentHash(asPodController(target).spec.template);
}
