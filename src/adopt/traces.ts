import { canaryContext, type CanaryView, type Reading, type CanaryContext } from '../canary/read.js';
import { snapshotsOf } from '../archive/release/snapshots.js';
import { stampedObjects } from '../canary/stamps.js';
import { isDiverted } from '../canary/warm.js';
import type { KubeObject, NamedObject } from '../kube/object.js';
import { OWN_BOUNDS } from '../kubernetes/objects/autoscaler.js';
import { FENCE_ANNOTATION, FENCE_OF_ANNOTATION } from '../kubernetes/write.js';
import { MARKS } from '../workloads/shared/snapshots.js';

/** Annotations that Serinus writes on generated objects. */
const STAMPS: readonly string[] = [FENCE_ANNOTATION, FENCE_OF_ANNOTATION, OWN_BOUNDS, ...MARKS];

/** What Serinus has left on a Canary, apart from its status and its Lease. */
export interface Traces {
  /** Objects that stay, with Serinus's annotations. */
  readonly stamped: readonly Stamped[];
  /** Objects for an undo: templates, configs and warm pods of former versions. */
  readonly forUndo: readonly NamedObject[];
  /** Snapshots of releases that aren't archived yet. */
  readonly forArchive: readonly NamedObject[];
  /** The canary's Service leads to the warm pods, because an undo is under way. */
  readonly diverted: boolean;
}

interface Stamped extends NamedObject {
  /** Names of the annotations. */
  readonly stamps: readonly string[];
}

export const NO_TRACES: Traces = { stamped: [], forUndo: [], forArchive: [], diverted: false };

/** Reads them from the API server; writes nothing. */
export async function tracesOf(reading: Reading, view: CanaryView): Promise<Traces> {
  if (!view.canary) return NO_TRACES;
  const context = canaryContext(reading, view);
  const { canary, workload } = context;
  return {
    stamped: await bearers(reading, context),
    forUndo: await workload.undoArtifacts.list(canary),
    forArchive: await snapshotsOf(reading, canary),
    diverted: await isDiverted(reading.cache, context),
  };
}

async function bearers({ cache }: Reading, context: CanaryContext): Promise<readonly Stamped[]> {
  const found: Stamped[] = [];
  for (const { type, name } of await stampedObjects(context)) {
    const stamps = stampsOf(await cache.client.get(type, context.canary.namespace, name));
    if (stamps.length > 0) found.push({ type, name, stamps });
  }
  return found;
}

function stampsOf(object: KubeObject | undefined): readonly string[] {
  return STAMPS.filter((stamp) => object?.metadata.annotations?.[stamp] !== undefined);
}
