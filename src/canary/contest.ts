import type { Canary } from '../crds/canary.js';
import { ForeignError, UserError } from '../errors.js';
import { CANARIES, type KubeObject } from '../kube/object.js';
import { isTerminating } from '../kube/terminating.js';
import { contested, isFree, precedes, refuseForeign, type OwnedObject } from '../kubernetes/ownership.js';
import { routerFor } from '../routers/registry.js';
import { workloadFor } from '../workloads/registry.js';
import { parsedCanary, type CanaryContext, type Reading } from './read.js';
import { ownedObjects } from './generated.js';

type Contest = Pick<Reading, 'settings' | 'cache' | 'routers' | 'workloads'>;

/**
 * Call this before anything moves. It checks that everything to be written is this Canary's, or may be created or taken
 * over, and that no other Canary of the namespace has an older claim to any of it.
 *
 * @throws ForeignError naming the object and its owner
 */
export async function refuseContested(deps: Contest, context: CanaryContext): Promise<void> {
  const { canary, workload } = context;
  const owned = ownedObjects(context);
  await refuseRivals(deps, context.object, canary, owned);
  for (const { type, name, takesOver = false } of owned) {
    const right = { owner: canary.owner, takesOver };
    const known = await deps.cache.get(type, canary.namespace, name);
    if (!known) continue;
    // Refusals don't rely on the cache.
    const current = !isFree(known, right) ? await deps.cache.getFresh(type, canary.namespace, name) : known;
    if (current) refuseForeign(current, right);
  }
  await workload.refuseForeign(canary);
}

async function refuseRivals(
  deps: Contest,
  object: KubeObject,
  canary: Canary,
  owned: readonly OwnedObject[],
): Promise<void> {
  const ours = [targetOf(deps, canary), ...owned];
  const canaries = await deps.cache.synced(CANARIES);
  for (const other of canaries.list(canary.namespace)) {
    if (other.metadata.uid === canary.uid || isTerminating(other)) continue;
    if (!precedes(other, object)) continue;
    const disputed = contested(ours, ownedBy(deps, other));
    if (disputed === undefined) continue;
    const title = `${disputed.type.kind} ${disputed.name}.${canary.namespace}`;
    throw new ForeignError(
      `${title} is Canary ${other.metadata.name}'s, which was there first: give Canary ${canary.name} a target, a service.name and a route of its own, or delete one of the two`,
    );
  }
}

/** The objects that another Canary writes, and its target; none where its spec is invalid. */
function ownedBy(deps: Contest, object: KubeObject): readonly OwnedObject[] {
  const parsed = parsedCanary(deps, object);
  if (!parsed.ok) return [];
  const canary = parsed.value;
  try {
    const router = routerFor(deps.routers, canary.provider);
    const workload = workloadFor(deps.workloads, canary.targetRef.kind);
    return [...ownedObjects({ canary, router, workload }), targetOf(deps, canary)];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function targetOf(deps: Contest, { targetRef }: Canary): OwnedObject {
  return { type: workloadFor(deps.workloads, targetRef.kind).type, name: targetRef.name };
}
