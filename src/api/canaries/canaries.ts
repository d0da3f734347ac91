import { parsedCanary, readCanary, type CanaryView } from '../../canary/read.js';
import { bestCase } from '../../check/duration.js';
import { policyOfCanary } from '../../crds/policy.js';
import type { Dependencies } from '../../dependencies.js';
import { parseStatus } from '../../crds/status.js';
import type { Canary } from '../../crds/canary.js';
import type { CanaryKey } from '../../domain/identity.js';
import { CANARIES, type KubeObject } from '../../kube/object.js';
import { cachesFilled } from '../caches.js';
import { messageOf } from '../../errors.js';
import { askKubernetes } from '../problems/outside.js';
import { Problem } from '../problems/problem.js';
import type { OpenRun } from '../releases/run.js';
import type { Runs } from '../releases/runs.js';
import { openReleaseOf } from '../releases/view.js';
import type { CanaryDetail, CanarySummary } from '../schema/canary.js';
import type { OpenRelease } from '../schema/release.js';
import type { OpenRuns } from '../live/open-runs.js';
import { cachedImages, imagesOf } from './images.js';
import { missingOf } from './missing.js';
import { summaryOf } from './summary.js';

/** Reads Canaries: from informer caches, and releases under way from Temporal. */
export class Canaries {
  constructor(
    private readonly deps: Dependencies,
    private readonly runs: Runs,
    private readonly openRuns: OpenRuns,
  ) {}

  /** By namespace and name. @param namespace all of them where undefined */
  async list(namespace: string | undefined): Promise<CanarySummary[]> {
    await cachesFilled(this.deps, this.runs.patience.readMs);
    const store = await this.deps.cache.synced(CANARIES);
    const open = await this.openRuns.all();
    const rows = await Promise.all(
      store.list(namespace).map(async (object) => {
        const view = viewOf(this.deps, object);
        const missing = await missingOf(this.deps, view);
        const images = cachedImages(this.deps, view);
        return summaryOf(view, this.deps.settings, { missing, images, ...open.get(keyOf(object.metadata)) });
      }),
    );
    return rows.sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
  }

  /** @throws Problem where the Canary doesn't exist */
  async detail(key: CanaryKey): Promise<CanaryDetail> {
    await cachesFilled(this.deps, this.runs.patience.readMs);
    const view = await askKubernetes(() => readCanary(this.deps, key));
    if (!view) throw unknownCanary(key);
    const release = await this.openRelease(key);
    const open = (await this.openRuns.all()).get(keyOf(key));
    const summary = summaryOf(view, this.deps.settings, {
      missing: await missingOf(this.deps, view),
      images: cachedImages(this.deps, view),
      ...open,
      waiting: release?.paused ? 'resume' : (release?.gate?.gate ?? waitsWithout(release, open)),
    });
    const { kind, name } = summary.target;
    const target = await this.images(kind, key.namespace, name);
    const primary = await this.images(kind, key.namespace, `${name}-primary`);
    return {
      ...summary,
      conditions: parseStatus(view.object['status']).conditions.map((condition) => ({ ...condition })),
      ...(view.canary ? { forecast: forecastOf(view.canary) } : {}),
      images: { ...(target && { target }), ...(primary && { primary }) },
      release,
    };
  }

  /** Images of the target as it is now, as far as the caches know; none where the Canary or its target is missing. */
  async targetImages(key: CanaryKey): Promise<readonly string[]> {
    const object = this.deps.cache.watch(CANARIES).store.get(key.namespace, key.name);
    const parsed = object && parsedCanary(this.deps, object);
    if (!parsed?.ok) return [];
    const { kind, name } = parsed.value.targetRef;
    return Object.values((await this.images(kind, key.namespace, name)) ?? {});
  }

  /** @returns undefined where the workload doesn't exist, and for a Service, which has no images */
  private async images(kind: string, namespace: string, name: string): Promise<Record<string, string> | undefined> {
    const workload = this.deps.workloads.find((candidate) => candidate.kind === kind);
    const object = workload && (await this.deps.cache.get(workload.type, namespace, name));
    const images = object && imagesOf(object);
    return images && Object.keys(images).length > 0 ? images : undefined;
  }

  private async openRelease(key: CanaryKey): Promise<OpenRelease | null> {
    try {
      const run = await this.runs.latest(key);
      if (run?.status !== 'running') return null;
      return openReleaseOf(run, await this.runs.view(run));
    } catch (error) {
      return { unavailable: messageOf(error) };
    }
  }
}

/** A Canary from the cache, without the parts that only its run needs. */
export function viewOf(
  deps: Parameters<typeof parsedCanary>[0],
  object: KubeObject,
): Pick<CanaryView, 'object' | 'refusal' | 'canary'> {
  const parsed = parsedCanary(deps, object);
  return parsed.ok
    ? { object, canary: parsed.value, refusal: undefined }
    : { object, canary: undefined, refusal: parsed.refusal };
}

function forecastOf(canary: Canary): CanaryDetail['forecast'] {
  const { seconds, checks, explanation } = bestCase(policyOfCanary(canary));
  return { seconds, checks, explanation };
}

/** What a run waits for, as Temporal has indexed it: for when no worker answers. */
function waitsWithout(release: OpenRelease | null, open: OpenRun | undefined): string | undefined {
  return release === null || release.unavailable !== undefined ? open?.waiting : undefined;
}

/** The name of what the run waits for. */
export function keyOf({ namespace = '', name }: { readonly namespace?: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

export function unknownCanary(key: CanaryKey): Problem {
  return new Problem('unknown-canary', `there is no Canary "${key.name}" in namespace "${key.namespace}"`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
