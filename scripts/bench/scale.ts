import { setTimeout as sleep } from 'node:timers/promises';
import { applyObjects } from '../../lab/kube/apply.js';
import { labClient } from '../../lab/manifests.js';
import { parseStatus } from '../../src/crds/status.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { workflowIdOf } from '../../src/workflows/contract.js';
import { APP, crowdOf, namespaceOf } from './objects.js';
import { CLUSTER, TAGS, type Place } from './place.js';
import { usedBy, type Used } from './processes.js';

/** What doesn't come to its end by then is counted as not done. */
const PATIENCE_MS = 15 * 60_000;
/** Objects of so many Canaries are applied side by side. */
const AT_ONCE = 10;
/** Processes whose CPU time is reported. */
const SERVERS = ['temporal', 'apiserver', 'etcd'] as const;

/** One release among many; times in seconds. */
export interface CrowdRelease {
  readonly detected: number;
  /** Undefined where it did not end as `Succeeded`. */
  readonly total: number | undefined;
  /** Between one weight and the next. */
  readonly steps: readonly number[];
  readonly events: number;
  readonly bytes: number;
}

export interface Crowd {
  readonly count: number;
  readonly intervalSeconds: number;
  readonly releases: readonly CrowdRelease[];
  /** Processor time of all releases together, milliseconds, by process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Resident memory of Serinus at the end, bytes. */
  readonly memory: number;
  readonly apiRequests: number;
}

interface CrowdOptions {
  readonly count: number;
  readonly intervalSeconds: number;
  /** How many rounds there were before: each releases another version. */
  readonly round: number;
  readonly say: (line: string) => void;
}

/**
 * Releases many Canaries at once, and measures how much later than alone each of them is, and what one costs. Nothing but
 * time moves them: no metric, no webhook, no traffic of users.
 */
export async function measureCrowd(place: Place, { count, intervalSeconds, round, say }: CrowdOptions): Promise<Crowd> {
  const watcher = await Watcher.open(place);
  await initialised(place, watcher, count, intervalSeconds);
  say(`${count} Canaries are initialised`);
  const tag = TAGS.good[round % TAGS.good.length] ?? TAGS.good[0];
  const before = processesOf(place);
  const since = new Date();
  const began = Date.now();
  await Promise.all(namespaces(count).map((namespace) => setImage(place, namespace, tag)));
  await watcher.until(count, (seen) => isAtRest(seen.at(-1), began), PATIENCE_MS);
  const cpuMs = spent(before, processesOf(place));
  const memory = usedBy(place.serinus).memory;
  const { total: apiRequests } = await place.lab.apiRequests({ userAgentPrefix: 'serinus/', since });
  const releases: CrowdRelease[] = [];
  for (const namespace of namespaces(count)) releases.push(await releaseOf(place, namespace, watcher, began));
  await watcher.stop();
  return { count, intervalSeconds, releases, cpuMs, memory, apiRequests };
}

function namespaces(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => namespaceOf(index));
}

async function initialised(place: Place, watcher: Watcher, count: number, intervalSeconds: number): Promise<void> {
  const client = await labClient(place.lab);
  const left = [...namespaces(count)];
  const work = async (): Promise<void> => {
    for (let namespace = left.shift(); namespace; namespace = left.shift())
      await applyObjects(client, crowdOf(namespace, intervalSeconds));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await watcher.until(
    count,
    (seen) => seen.some(({ phase }) => phase === 'Initialized' || phase === 'Succeeded'),
    PATIENCE_MS,
  );
}

async function setImage(place: Place, namespace: string, tag: string): Promise<void> {
  const containers = [{ name: APP.container, image: `${APP.image}:${tag}` }];
  await place.kube.patch(DEPLOYMENTS, 'strategic', namespace, APP.name, {
    spec: { template: { spec: { containers } } },
  });
}

async function releaseOf(place: Place, namespace: string, watcher: Watcher, began: number): Promise<CrowdRelease> {
  const seen = watcher.of(namespace).filter(({ at }) => at >= began);
  const detected = seen.find(({ phase }) => phase === 'Progressing');
  const succeeded = seen.find(({ phase }) => phase === 'Succeeded');
  const weights = seen.filter(({ phase, weight }) => phase === 'Progressing' && weight > 0);
  const steps = weights.slice(1).map(({ at }, index) => (at - (weights[index]?.at ?? at)) / 1000);
  const handle = place.temporal.workflow.getHandle(workflowIdOf({ cluster: CLUSTER, namespace, name: APP.name }));
  const { historyLength, historySize = 0 } = await handle.describe();
  return {
    detected: ((detected?.at ?? Number.NaN) - began) / 1000,
    total: succeeded && (succeeded.at - began) / 1000,
    steps,
    events: historyLength,
    bytes: historySize,
  };
}

function processesOf({ lab, serinus }: Place): Readonly<Record<string, Used>> {
  const servers = SERVERS.flatMap((name) => {
    const { pid } = lab.server(name);
    return pid === null ? [] : [[name, usedBy(pid)] as const];
  });
  return { serinus: usedBy(serinus), ...Object.fromEntries(servers) };
}

function spent(before: Readonly<Record<string, Used>>, after: Readonly<Record<string, Used>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuMs }]) => [name, cpuMs - (before[name]?.cpuMs ?? 0)]),
  );
}

/** A Canary's status, when it became so. */
interface SeenCanary {
  readonly at: number;
  readonly phase: string;
  readonly weight: number;
}

function isAtRest(last: SeenCanary | undefined, since: number): boolean {
  return last !== undefined && last.at >= since && (last.phase === 'Succeeded' || last.phase === 'Failed');
}

/** Records every status of every Canary, from one watch. */
class Watcher {
  private readonly seen = new Map<string, SeenCanary[]>();

  private constructor(private readonly cache: ClusterCache) {}

  static async open({ kube }: Place): Promise<Watcher> {
    const watcher = new Watcher(new ClusterCache(kube, { log: () => undefined }));
    const store = await watcher.cache.synced(CANARIES);
    store.onChange((canary) => {
      const { phase, canaryWeight: weight } = parseStatus(canary['status']);
      const known = watcher.of(canary.metadata.namespace ?? '');
      const last = known.at(-1);
      if (last?.phase === phase && last.weight === weight) return;
      watcher.seen.set(canary.metadata.namespace ?? '', [...known, { at: Date.now(), phase, weight }]);
    });
    return watcher;
  }

  of(namespace: string): readonly SeenCanary[] {
    return this.seen.get(namespace) ?? [];
  }

  /** Waits until it is so for all of them, or the time is up. */
  async until(count: number, isSo: (seen: readonly SeenCanary[]) => boolean, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!namespaces(count).every((namespace) => isSo(this.of(namespace)))) {
      if (Date.now() > deadline) return;
      await sleep(250);
    }
  }

  async stop(): Promise<void> {
    await this.cache.stop();
  }
}
