import type { CanaryView } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import type { Canary } from '../../crds/canary.js';
import type { ResourceType } from '../../kube/object.js';
import { METRIC_TEMPLATES } from '../../kube/object.js';

/** How long to wait for a cache that isn't filled yet, milliseconds. */
const PATIENCE_MS = 500;

/**
 * A missing object that a Canary refers to, in words: without its target or a metric template nothing can be released.
 *
 * @returns undefined where nothing is missing, or it is unknown
 */
export async function missingOf(
  deps: Pick<Dependencies, 'cache' | 'workloads'>,
  { canary }: Pick<CanaryView, 'canary'>,
): Promise<string | undefined> {
  if (!canary || canary.deletionTimestamp !== undefined) return undefined;
  const { namespace, targetRef } = canary;
  const kind = deps.workloads.find((workload) => workload.kind === targetRef.kind);
  if (kind && (await isThere(deps, kind.type, namespace, targetRef.name)) === false) {
    return `${targetRef.kind} "${targetRef.name}", its target, does not exist`;
  }
  for (const { name, namespace: of } of templatesOf(canary)) {
    if ((await isThere(deps, METRIC_TEMPLATES, of, name)) === false) {
      return `MetricTemplate "${name}" does not exist in namespace "${of}"`;
    }
  }
  return undefined;
}

function templatesOf({ analysis }: Canary) {
  return analysis.metrics.flatMap(({ sources }) =>
    sources.flatMap((source) => (source.kind === 'template' ? [source.templateRef] : [])),
  );
}

/** @returns undefined where it is unknown: this process may not read the kind, or its cache isn't filled yet */
async function isThere(
  { cache }: Pick<Dependencies, 'cache'>,
  type: ResourceType,
  namespace: string,
  name: string,
): Promise<boolean | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, undefined)));
  try {
    const store = await Promise.race([cache.synced(type), late]);
    return store && store.get(namespace, name) !== undefined;
  } catch {
    // Without permission to list the kind nothing can be reported missing; a release then reports it in its own events.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
