import type { CanaryView } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import type { Canary } from '../../crds/canary.js';
import type { ResourceType } from '../../kube/object.js';
import { METRIC_TEMPLATES } from '../../kube/object.js';

/** So long an answer of a cache that isn't filled yet is waited for, milliseconds. */
const PATIENCE_MS = 500;

/**
 * What a Canary refers to and isn't there, in words: without its target or a metric template nothing can be released.
 *
 * @returns undefined where all of it is there, or nobody can tell
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

/** @returns undefined where nobody can tell: this process may not look at the kind, or hasn't seen all of it yet */
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
    // Whoever may not list the kind can't miss anything of it; what a release then meets is told by its own events.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
