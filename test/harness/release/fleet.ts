import type { TestContext } from 'node:test';
import { Traffic } from '../../../lab/traffic.js';
import { parseStatus } from '../../../src/crds/status.js';
import { ClusterCache } from '../../../src/kube/cache.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { CANARIES, DEPLOYMENTS, EVENTS, LEASES, type KubeObject } from '../../../src/kube/object.js';
import { leaseName } from '../../../src/kubernetes/lease-object.js';
import { workflowIdOf } from '../../../src/workflows/contract.js';
import { receiver } from '../http/receiver.js';
import { until } from '../until.js';
import { APP, appCanary, appDeployment, appRoute } from './objects.js';
import type { ReleaseScene } from './scene.js';

/** However busy the machine is, and whatever has just been done to it. */
const PATIENCE_MS = 300_000;
/** A client of something that was deleted may see that for so long. */
const AFTERMATH_MS = 15_000;

/** An application, and what may be said of it. */
export interface Member {
  readonly name: string;
  readonly host: string;
  /** Images that no check lets pass. */
  readonly bad: Set<string>;
  image: string;
  weight: number;
  /** A check has let the present weight pass. */
  passed: boolean;
  /** Somebody has ended its run by force: it is rolled back, however good it is. */
  terminated: boolean;
}

/**
 * Applications in one namespace, whose checks are a webhook that knows which versions are bad, under clients' requests.
 * What must hold whatever happens is looked at all along.
 */
export class Fleet {
  readonly violations: string[] = [];
  /** Requests of clients that were answered, however. */
  answers = 0;
  /** Those that failed where something that they depend on had been taken away by force. */
  forgiven = 0;
  private forgivenUntil = 0;
  private clients: readonly Traffic[] = [];

  private constructor(
    readonly world: ReleaseScene,
    readonly members: readonly Member[],
    private readonly cache: ClusterCache,
  ) {}

  static async open(t: TestContext, world: ReleaseScene, size: number): Promise<Fleet> {
    const cache = new ClusterCache(world.kube, { namespace: world.namespace, log: () => undefined });
    const members = Array.from({ length: size }, (_, at): Member => {
      const name = `${APP}-${at}`;
      const host = `${name}.${world.host}`;
      const image = 'lab/http-echo:1';
      return { name, host, bad: new Set(), image, weight: 0, passed: false, terminated: false };
    });
    const fleet = new Fleet(world, members, cache);
    t.after(async () => {
      await fleet.quiet();
      await cache.stop();
      for (const { name } of members)
        await fleet
          .run(name)
          .terminate('end of the test')
          .catch(() => undefined);
    });
    const hook = await receiver(t, (response, _nth, { url }) => {
      const member = members.find(({ name }) => url === `/${name}`);
      const isGood = member !== undefined && !member.bad.has(member.image);
      if (isGood) member.passed = true;
      response.writeHead(isGood ? 200 : 500).end();
    });
    await fleet.watch();
    for (const { name, host } of members) {
      const app = { ...world.app, host };
      const webhooks = [{ name: 'acceptance', type: 'rollout', url: `${hook.url}/${name}` }];
      const canary = appCanary(app, { progressDeadlineSeconds: 300 }, { metrics: [], webhooks });
      for (const object of [appDeployment(app), appRoute(app), canary]) await world.apply(named(object, name));
    }
    return fleet;
  }

  async initialised(): Promise<void> {
    for (const { name } of this.members)
      await until(async () => (await this.status(name)).phase === 'Initialized', `${name} is initialised`, PATIENCE_MS);
    this.clients = this.members.map(({ name, host }) => {
      const { gatewayUrl } = this.world.lab;
      return new Traffic({
        ...{ gatewayUrl, host, perSecond: 4 },
        onAnswer: ({ ok, problem = '' }) => {
          this.answers += 1;
          if (ok) return;
          if (Date.now() < this.forgivenUntil) this.forgiven += 1;
          else this.violations.push(`${name}: a request failed: ${problem}`);
        },
      });
    });
  }

  /** Clients stop asking. */
  async quiet(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  run(name: string) {
    const { temporal, cluster, namespace } = this.world;
    return temporal.workflow.getHandle(workflowIdOf({ cluster, namespace, name }));
  }

  async status(name: string) {
    return parseStatus((await this.world.kube.get(CANARIES, this.world.namespace, name))?.['status']);
  }

  async setImage(member: Member, image: string, isBad: boolean): Promise<void> {
    if (isBad) member.bad.add(image);
    member.image = image;
    member.passed = false;
    const patch = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
    await this.world.kube.patch(DEPLOYMENTS, 'strategic', this.world.namespace, member.name, patch);
  }

  /** Releases a version, and waits until it has ended as it should. */
  async release(member: Member, image: string, isBad: boolean): Promise<void> {
    const { name } = member;
    const before = (await this.status(name)).lastAppliedSpec;
    member.terminated = false;
    await this.setImage(member, image, isBad);
    let phase = '';
    await until(
      async () => {
        const status = await this.status(name);
        phase = status.phase;
        return status.lastAppliedSpec !== before && ['Succeeded', 'Failed'].includes(phase);
      },
      `the release of ${image} by ${name} ends`,
      PATIENCE_MS,
    );
    const wanted = isBad ? 'Failed' : 'Succeeded';
    if (phase !== wanted && !member.terminated) this.violations.push(`${name}: ${image} has ${phase}, not ${wanted}`);
  }

  /** Something that users depend on was taken away by force. */
  forgive(): void {
    this.forgivenUntil = Date.now() + AFTERMATH_MS;
  }

  /** Waits until nothing is under way any more. */
  async atRest(): Promise<void> {
    const { kube, namespace } = this.world;
    for (const { name } of this.members) {
      const isOver = async () => (await this.run(name).describe()).status.name !== 'RUNNING';
      await until(isOver, `the run of ${name} is over`, PATIENCE_MS);
      const isReleased = async () => {
        const lease = await kube.get(LEASES, namespace, leaseName(name));
        return ((lease?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity ?? '') === '';
      };
      await until(isReleased, `the Lease of ${name} is released`, PATIENCE_MS);
      await until(() => this.member(name)?.weight === 0, `${name} has its traffic on the primary`, PATIENCE_MS);
    }
  }

  /** What happened once must have been reported once. */
  async reportedOnce(): Promise<void> {
    const { kube, namespace } = this.world;
    const { items } = await kube.list(EVENTS, { namespace, fieldSelector: 'involvedObject.kind=Canary' });
    const sorted = [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const { name } of this.members) {
      let seen = new Set<string>();
      for (const event of sorted) {
        if ((event['involvedObject'] as { name?: string }).name !== name) continue;
        const message = String(event['message']);
        if (message.startsWith('New revision detected')) seen = new Set();
        if (!/^(Advance|Promotion completed|Copying|Routing all|Starting)/.test(message)) continue;
        if (seen.has(message)) this.violations.push(`${name}: told twice in a release: ${message}`);
        seen.add(message);
      }
    }
  }

  private member(name: string): Member | undefined {
    return this.members.find((one) => one.name === name);
  }

  private async watch(): Promise<void> {
    const routes = await this.cache.synced(APISIX_ROUTES);
    routes.onChange((route, change) => {
      const member = this.members.find(({ name }) => route.metadata.name === `${name}-${name}-canary`);
      const weight = change === 'set' && member && weightIn(route, member.name);
      if (member && typeof weight === 'number') this.moved(member, weight);
    });
    const deployments = await this.cache.synced(DEPLOYMENTS);
    deployments.onChange(({ metadata, spec }) => {
      const member = this.members.find(({ name }) => metadata.name === `${name}-primary`);
      const image = imageIn(spec);
      if (member?.bad.has(image)) this.violations.push(`${member.name}: the bad ${image} is in its primary`);
    });
  }

  private moved(member: Member, weight: number): void {
    if (weight > member.weight && member.weight > 0 && !member.passed)
      this.violations.push(`${member.name}: weight ${member.weight} to ${weight} without a check that passed`);
    if (weight !== member.weight) member.passed = false;
    member.weight = weight;
  }
}

function named<T extends KubeObject>(object: T, name: string): T {
  return JSON.parse(JSON.stringify(object).replaceAll(`"${APP}"`, `"${name}"`)) as T;
}

function weightIn(route: KubeObject, name: string): number | undefined {
  const spec = route['spec'] as { http: { backends: { serviceName: string; weight: number }[] }[] } | undefined;
  return spec?.http[0]?.backends.find(({ serviceName }) => serviceName === `${name}-canary`)?.weight;
}

function imageIn(spec: unknown): string {
  return (spec as { template: { spec: { containers: { image: string }[] } } }).template.spec.containers[0]?.image ?? '';
}
