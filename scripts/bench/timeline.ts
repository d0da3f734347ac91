import { parseStatus } from '../../src/crds/status.js';
import { ClusterCache } from '../../src/kube/cache.js';
import type { KubeClient } from '../../src/kube/client.js';
import { CANARIES, DEPLOYMENTS, EVENTS, type KubeObject } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { APP } from './objects.js';

/** Something that has been seen to happen. */
export interface Mark {
  /** When the watch delivered it, milliseconds since 1970. */
  readonly at: number;
  readonly what: string;
}

/** The same as people read it: seconds since something began. */
export interface Told {
  readonly seconds: number;
  readonly what: string;
}

/**
 * Writes down what happens to a Canary as the API server's watches tell it: phases, weights, pods, Events. Nobody asks
 * for anything meanwhile, so that measuring costs what is measured next to nothing.
 */
export class Timeline {
  private marks: Mark[] = [];
  private readonly last = new Map<string, string>();
  private readonly waiting = new Set<() => void>();
  private readonly cache: ClusterCache;

  private constructor(
    kube: KubeClient,
    private readonly namespace: string,
  ) {
    this.cache = new ClusterCache(kube, { namespace, log: () => undefined });
  }

  static async open(kube: KubeClient, namespace: string): Promise<Timeline> {
    const timeline = new Timeline(kube, namespace);
    for (const type of [CANARIES, APISIX_ROUTES, DEPLOYMENTS, EVENTS]) {
      const store = await timeline.cache.synced(type);
      for (const object of store.list(namespace)) timeline.note(object);
      store.onChange((object, change) => {
        if (change === 'set') timeline.note(object);
      });
    }
    return timeline;
  }

  /** Forgets what has happened so far. */
  begin(): void {
    this.marks = [];
  }

  /** What has happened so far. */
  since(began: number): readonly Told[] {
    return this.marks.map(({ at, what }) => ({ seconds: (at - began) / 1000, what }));
  }

  /** The first mark of that text since `begin`. */
  find(what: string): Mark | undefined {
    return this.marks.find((mark) => mark.what === what);
  }

  /** How many marks begin so. */
  count(start: string): number {
    return this.marks.filter(({ what }) => what.startsWith(start)).length;
  }

  /**
   * Waits for the first of these.
   *
   * @throws Error where none of them comes in time
   */
  async first(whats: readonly string[], timeoutMs: number): Promise<Mark> {
    const found = (): Mark | undefined => this.marks.find(({ what }) => whats.includes(what));
    const deadline = Date.now() + timeoutMs;
    for (let mark = found(); ; mark = found()) {
      if (mark) return mark;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${this.namespace}: no "${whats.join('" or "')}" within ${timeoutMs / 1000} s`);
      await this.news(left);
    }
  }

  async stop(): Promise<void> {
    await this.cache.stop();
  }

  private news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  private note(object: KubeObject): void {
    switch (object.kind) {
      case 'Canary':
        return this.noteCanary(object);
      case 'ApisixRoute':
        return this.noteRoute(object);
      case 'Deployment':
        return this.set(`${object.metadata.name} pods`, podsOf(object));
      case 'Event':
        if ((object['involvedObject'] as { kind?: string }).kind !== 'Canary') return;
        return this.add(`event [${String(object['type'])}] ${String(object['message'])}`);
    }
  }

  private noteCanary(object: KubeObject): void {
    const { phase, canaryWeight, failedChecks } = parseStatus(object['status']);
    this.set('phase', phase);
    this.set('status', `${phase} weight ${canaryWeight} failed checks ${failedChecks}`);
  }

  private noteRoute(route: KubeObject): void {
    const weight = weightIn(route);
    if (weight === undefined) return;
    this.set('route weight', weight);
    this.set('gateway', takeoverOf(route));
  }

  /** Only a change is something that happens. */
  private set(subject: string, value: string | undefined): void {
    if (value === undefined || this.last.get(subject) === value) return;
    this.last.set(subject, value);
    this.add(`${subject} ${value}`);
  }

  private add(what: string): void {
    this.marks.push({ at: Date.now(), what });
    for (const notify of [...this.waiting]) notify();
  }
}

interface RouteSpec {
  readonly http?: readonly { readonly backends?: readonly { serviceName: string; weight?: number }[] }[];
}

/** The share of the canary; undefined of the users' own route. */
function weightIn(route: KubeObject): string | undefined {
  const [rule] = (route['spec'] as RouteSpec | undefined)?.http ?? [];
  const backend = rule?.backends?.find(({ serviceName }) => serviceName === `${APP.name}-canary`);
  return backend && String(backend.weight ?? 0);
}

interface RouteStatus {
  readonly conditions?: readonly { status: string; message: string; observedGeneration?: number }[];
}

/** What the gateway says of the route as it is now. */
function takeoverOf(route: KubeObject): string {
  const { conditions = [] } = (route['status'] ?? {}) as RouteStatus;
  const condition = conditions.find(({ observedGeneration }) => observedGeneration === route.metadata.generation);
  if (!condition) return 'has not taken the route over yet';
  return condition.status === 'True' ? 'has taken the route over' : `refuses the route: ${condition.message}`;
}

interface DeploymentParts {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

function podsOf(deployment: KubeObject): string {
  const { spec = {}, status = {} } = deployment as DeploymentParts;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  return `wanted ${spec.replicas ?? 1}, there ${replicas}, updated ${updatedReplicas}, available ${availableReplicas}`;
}
