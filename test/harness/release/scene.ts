import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { connectLab, type ConnectedLab } from '../../../lab/lab.js';
import { parseStatus } from '../../../src/crds/status.js';
import type { CanaryStatus } from '../../../src/crds/canary.js';
import type { KubeClient } from '../../../src/kube/client.js';
import { clusterClient } from '../../../src/kube/connect.js';
import type { KubeObject, ResourceType } from '../../../src/kube/object.js';
import { CANARIES, DEPLOYMENTS, EVENTS, LEASES, SERVICES } from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { workflowIdOf } from '../../../src/workflows/contract.js';
import type { rollout } from '../../../src/workflows/rollout.js';
import { leave, NAMESPACES } from '../kubernetes/cluster.js';
import { explainFailure, type Suspect } from '../diagnosis.js';
import { until } from '../until.js';
import { APP, appCanary, appDeployment, appRoute, type AppOptions } from './objects.js';
import { SerinusProcess, type RunningSerinus } from './serinus-process.js';
import { sharedSerinus, type SharedSerinus } from './shared-serinus.js';
import { Traffic } from './traffic.js';

/** Where a world is, if not anywhere in the lab of the test run. */
export interface Place {
  readonly lab?: ConnectedLab;
  readonly namespace?: string;
  readonly name?: string;
  readonly host?: string;
}

/** What doesn't happen by then isn't late, but missing, however busy the machine is. */
const PATIENCE_MS = 120_000;

const TYPES: Readonly<Record<string, ResourceType>> = Object.fromEntries(
  [CANARIES, DEPLOYMENTS, SERVICES, APISIX_ROUTES].map((type) => [type.kind, type]),
);

/**
 * A namespace of its own in the lab, with an application, and a Serinus that looks after it: processes of its own, which
 * look at nothing else, or the one that all tests of a round share.
 */
export class ReleaseScene {
  readonly namespace: string;
  readonly host: string;
  /** Of the Canary. */
  readonly name: string;
  /** Names its workflows and queues. */
  readonly cluster: string;
  private readonly processes = new Set<SerinusProcess>();
  private readonly shared: SharedSerinus | undefined;
  private readonly ending: (() => Promise<void>)[] = [];
  private traffics: Traffic[] = [];

  private constructor(
    readonly lab: ConnectedLab,
    readonly kube: KubeClient,
    readonly temporal: Client,
    private readonly connection: Connection,
    place: Place,
  ) {
    const id = `r-${randomUUID().slice(0, 8)}`;
    this.shared = place.lab ? undefined : sharedSerinus();
    this.cluster = this.shared?.cluster ?? id;
    this.namespace = place.namespace ?? id;
    this.host = place.host ?? `${id}.example.com`;
    this.name = place.name ?? APP;
  }

  static async open(t: TestContext, place: Place = {}): Promise<ReleaseScene> {
    const directory = process.env['SERINUS_LAB'];
    if (!place.lab && directory === undefined) throw new Error('SERINUS_LAB is not set: run the tests with npm test');
    const connected = place.lab ?? (await connectLab(directory ?? ''));
    const kube = clusterClient({ kubeconfig: connected.kubeconfig, userAgent: 'serinus-test' });
    const connection = await Connection.connect({ address: connected.temporal.address });
    const world = new ReleaseScene(
      connected,
      kube,
      new Client({ connection, namespace: connected.temporal.namespace }),
      connection,
      place,
    );
    t.after(async () => {
      await explainFailure(t, world.suspect);
      await world.close();
    });
    await kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: world.namespace } });
    return world;
  }

  get app(): AppOptions {
    return { namespace: this.namespace, host: this.host, image: 'lab/http-echo:1' };
  }

  /**
   * Application, route and Canary, initialised.
   *
   * @param running by a process that is there already
   */
  async initialised(
    canary: KubeObject = appCanary(this.app),
    args: readonly string[] = [],
    running?: RunningSerinus,
  ): Promise<RunningSerinus> {
    const serinus = running ?? (await this.serinus(['all', ...args]));
    await this.apply(appDeployment(this.app), appRoute(this.app), canary);
    await this.phase('Initialized');
    return serinus;
  }

  async apply(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) {
      const type = TYPES[object.kind];
      if (!type) throw new Error(`the harness does not know ${object.kind}`);
      await this.kube.apply(type, object);
    }
  }

  async setImage(image: string): Promise<void> {
    const patch = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
    await this.kube.patch(DEPLOYMENTS, 'strategic', this.namespace, APP, patch);
  }

  async canary(): Promise<CanaryStatus> {
    const object = await this.kube.get(CANARIES, this.namespace, this.name);
    return parseStatus(object?.['status']);
  }

  async phase(phase: string, timeoutMs = PATIENCE_MS): Promise<void> {
    await until(async () => (await this.canary()).phase === phase, `phase ${phase}`, timeoutMs);
  }

  /** The route's canary weight; undefined where there is no generated route. */
  async weight(): Promise<number | undefined> {
    const route = await this.kube.get(APISIX_ROUTES, this.namespace, `${this.name}-${this.name}-canary`);
    const spec = route?.['spec'] as { http: { backends: { serviceName: string; weight: number }[] }[] } | undefined;
    return spec?.http[0]?.backends.find((backend) => backend.serviceName === `${this.name}-canary`)?.weight;
  }

  /** The gateway has taken over the route as it is now. */
  async settled(): Promise<void> {
    await until(async () => {
      const route = await this.kube.get(APISIX_ROUTES, this.namespace, `${this.name}-${this.name}-canary`);
      const { conditions = [] } = (route?.['status'] ?? {}) as { conditions?: { observedGeneration?: number }[] };
      return conditions.some((condition) => condition.observedGeneration === route?.metadata.generation);
    }, 'the gateway has taken over the route');
  }

  async atWeight(weight: number, timeoutMs = PATIENCE_MS): Promise<void> {
    await until(async () => (await this.weight()) === weight, `weight ${weight}`, timeoutMs);
  }

  /** `[type] message` of all Events about the Canary, in the order in which `kubectl describe` shows them. */
  async events(): Promise<string[]> {
    const { items } = await this.kube.list(EVENTS, {
      namespace: this.namespace,
      fieldSelector: `involvedObject.kind=Canary`,
    });
    const sorted = [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    return sorted.map((event) => `[${String(event['type'])}] ${String(event['message'])}`);
  }

  async replicas(name: string): Promise<number> {
    const object = await this.kube.get(DEPLOYMENTS, this.namespace, name);
    return (object?.['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
  }

  /** Pods that have been ready for long enough to count. */
  async available(name: string): Promise<number> {
    const object = await this.kube.get(DEPLOYMENTS, this.namespace, name);
    return (object?.['status'] as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0;
  }

  async image(name: string): Promise<string | undefined> {
    const object = await this.kube.get(DEPLOYMENTS, this.namespace, name);
    const spec = object?.['spec'] as { template: { spec: { containers: { image: string }[] } } } | undefined;
    return spec?.template.spec.containers[0]?.image;
  }

  async lease(): Promise<KubeObject | undefined> {
    return this.kube.get(LEASES, this.namespace, `serinus-${this.name}`);
  }

  private get suspect(): Suspect {
    const { kube, temporal, cluster, namespace, name } = this;
    return { kube, temporal, canary: { cluster, namespace, name }, log: () => this.logText() };
  }

  get run() {
    return this.temporal.workflow.getHandle<typeof rollout>(
      workflowIdOf({ cluster: this.cluster, namespace: this.namespace, name: this.name }),
    );
  }

  traffic(perSecond = 40): Traffic {
    const traffic = new Traffic(this.lab.gatewayUrl, this.host, perSecond);
    this.traffics.push(traffic);
    return traffic;
  }

  /**
   * Starts a Serinus process; it ends with the test. Resolves when it says that it works.
   *
   * @throws Error where one with arguments of its own is asked for beside the shared one, which would look after the
   *   same Canary
   */
  async serinus(args: readonly string[], env: Record<string, string> = {}): Promise<RunningSerinus> {
    if (this.shared) return this.shared.asAskedFor(args, env);
    const started = this.start(args, env);
    await started.ready();
    return started;
  }

  /**
   * As `serinus`, without waiting for it.
   *
   * @param version another version's `main.js`
   */
  start(args: readonly string[], env: Record<string, string> = {}, version?: string): SerinusProcess {
    const started = new SerinusProcess(this, args, env, version);
    this.processes.add(started);
    return started;
  }

  /** What all its Serinus processes have logged. */
  logText(): string {
    return this.shared?.text() ?? [...this.processes].map((running) => running.text()).join('');
  }

  /** What goes on in its namespace ends before that does. */
  atEnd(stop: () => Promise<void>): void {
    this.ending.push(stop);
  }

  private async close(): Promise<void> {
    await Promise.all(this.ending.map((stop) => stop()));
    await Promise.all(this.traffics.map((traffic) => traffic.stop()));
    await Promise.all([...this.processes].map((running) => running.stop()));
    await this.run.terminate('end of the test').catch(() => undefined);
    await leave(this.kube, this.namespace);
    await this.connection.close();
  }
}
