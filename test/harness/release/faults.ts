import { LEASES, SERVICES, type ResourceType } from '../../../src/kube/object.js';
import { leaseName } from '../../../src/kubernetes/lease-object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import type { Random } from '../../../src/judgement/random.js';
import type { Fleet, Member } from './fleet.js';
import type { SerinusProcess } from './serinus-process.js';

const LONGEST_FREEZE_MS = 6_000;

/** What is done to a fleet and to those who look after it. */
export class Faults {
  /** How often each has been done. */
  readonly done: Record<string, number> = {};

  constructor(
    private readonly fleet: Fleet,
    /** Who looks after the fleet; replaced in place. */
    readonly crew: SerinusProcess[],
    private readonly random: Random,
    private readonly args: readonly string[],
  ) {}

  /** One after the other, now and then two at once. */
  async happen(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      await pause(500 + this.random() * 3_500);
      const atOnce = left > 1 && this.random() < 0.25 ? 2 : 1;
      left -= atOnce;
      await Promise.all(Array.from({ length: atOnce }, () => this.one()));
    }
  }

  /** Takes one of the crew's place with a process that has just been started, as an upgrade does. */
  async replace(at: number): Promise<void> {
    const old = this.crew[at];
    const next = this.fleet.world.start(['all', ...this.args]);
    await next.ready();
    this.crew[at] = next;
    await old?.stop();
  }

  private async one(): Promise<void> {
    const faults: Readonly<Record<string, () => Promise<void>>> = {
      'worker killed': () =>
        this.withOneOf(async (one) => {
          await one.kill();
          await one.restart();
        }),
      'worker frozen': () =>
        this.withOneOf(async (one) => {
          one.signal('SIGSTOP');
          await pause(this.random() * LONGEST_FREEZE_MS);
          one.signal('SIGCONT');
        }),
      'worker replaced': () => this.withOneOf((one) => this.replace(this.crew.indexOf(one))),
      'Lease deleted': () => this.deleted(LEASES, ({ name }) => leaseName(name)),
      'route deleted': () => this.deleted(APISIX_ROUTES, ({ name }) => `${name}-${name}-canary`),
      'Service deleted': () => this.deleted(SERVICES, ({ name }) => `${name}-canary`),
      'run terminated': async () => {
        const member = this.anyOf(this.fleet.members);
        member.terminated = true;
        await this.fleet
          .run(member.name)
          .terminate('a fault of the test')
          .catch(() => undefined);
      },
    };
    const [name, fault] = this.anyOf(Object.entries(faults));
    this.done[name] = (this.done[name] ?? 0) + 1;
    await fault();
  }

  /** Nobody is killed and frozen at once: the one who is chosen is out of the crew meanwhile. */
  private async withOneOf(fault: (one: SerinusProcess) => Promise<void>): Promise<void> {
    const one = this.anyOf(this.crew);
    if (this.busy.has(one)) return;
    this.busy.add(one);
    await fault(one);
    this.busy.delete(one);
  }

  private readonly busy = new Set<SerinusProcess>();

  private async deleted(type: ResourceType, nameOf: (member: Member) => string): Promise<void> {
    const { kube, namespace } = this.fleet.world;
    this.fleet.forgive();
    await kube.delete(type, namespace, nameOf(this.anyOf(this.fleet.members)));
  }

  private anyOf<T>(all: readonly T[]): T {
    const one = all[Math.floor(this.random() * all.length)];
    if (one === undefined) throw new Error('there is nothing to choose from');
    return one;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
