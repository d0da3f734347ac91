import type { Canary } from '../crds/canary.js';
import { isRefused, reasonToLeave, type Repair, type Stray } from '../domain/strays.js';
import { messageOf, UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import { SERVICES, type KubeObject, type NamedObject } from '../kube/object.js';
import { isTerminating, terminatingMessage } from '../kube/terminating.js';
import { desiredService } from '../kubernetes/objects/service.js';
import { strayedFields, writtenBy } from '../kubernetes/objects/strayed.js';
import { isFree, type OwnedObject } from '../kubernetes/ownership.js';
import type { PodsView, TargetView } from '../workloads/port.js';
import type { CanaryContext } from './read.js';
import { baselineServices } from './baseline/baseline.js';
import { hasFinalizer, ownedObjects, servicesOf } from './generated.js';
import { isDiverted } from './warm.js';

/** Stands for the finalizer among the strays. */
export const FINALIZER_STRAY = 'Canary/finalizer';

/** The state of the generated objects. */
export interface Survey {
  /** To be corrected. */
  readonly strays: readonly Stray[];
  /** Left as they are, each with the reason, in words for an event. */
  readonly left: readonly { readonly stray: Stray; readonly why: string; readonly refused: boolean }[];
  /** What a user must fix before all objects can be observed. */
  readonly problem: string | undefined;
}

/** The inputs of a survey besides the cluster. */
export interface Circumstances {
  /** Undefined where the target is a Service, which has copies of its own. */
  readonly pods: PodsView | undefined;
  /** The canary's Service leads to the warm pods of the former version. */
  readonly diverted: boolean;
  /** The target still serves users: only what the primary needs exists. */
  readonly unserved: boolean;
  /** Recent corrections. */
  readonly repairs: readonly Repair[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Observes all generated objects, and distinguishes drift to correct from drift to leave alone. */
export async function survey(cache: ClusterCache, context: CanaryContext, at: Circumstances): Promise<Survey> {
  const { canary, workload } = context;
  const all = [...(await strayedServices(cache, context, at)), ...(await workload.drift(canary))];
  const route = at.unserved ? { strays: [], problem: undefined } : await strayedRoute(cache, context);
  all.push(...route.strays, ...strayedFinalizer(context, at));
  const leaving = await leavingOf(cache, context);
  const present = all.filter(({ object }) => !leaving.some(({ stray }) => stray.object === object));
  const fought = present.flatMap((stray) => {
    const why = reasonToLeave(stray, at.repairs, at.now);
    return why === undefined ? [] : [{ stray, why, refused: isRefused(stray, at.repairs) }];
  });
  const strays = present.filter((stray) => !fought.some((one) => one.stray === stray));
  const left = [...leaving, ...fought];
  return { strays, left, problem: route.problem };
}

/** Objects under deletion that a finalizer keeps: they can't be created again before they are gone. */
async function leavingOf(cache: ClusterCache, context: CanaryContext): Promise<Survey['left']> {
  const { canary, object } = context;
  // Its objects are deleted with it.
  if (isTerminating(object)) return [];
  const left = await Promise.all(
    ownedObjects(context).map(async ({ type, name, takesOver }) => {
      const current = await cache.get(type, canary.namespace, name);
      const right = { owner: canary.owner, ...(takesOver ? { takesOver } : {}) };
      if (!current || !isTerminating(current) || !isFree(current, right)) return [];
      const why = `${terminatingMessage(current)}: it is made again when it is gone`;
      return [{ stray: { object: `${type.kind}/${name}` }, why, refused: true }];
    }),
  );
  return left.flat();
}

/** `Kind/name` of each, once. */
export function namesOf(strays: readonly Stray[]): readonly string[] {
  return [...new Set(strays.map(({ object }) => object))];
}

async function strayedServices(
  cache: ClusterCache,
  { canary, workload }: CanaryContext,
  { pods, diverted, unserved }: Circumstances,
): Promise<readonly Stray[]> {
  const strays: Stray[] = [];
  const wishes = pods ? servicesOf(canary, pods, diverted ? workload.warm : undefined) : [];
  for (const wish of [...wishes, ...(await baselineServices({ canary, workload }, pods))]) {
    if (unserved && wish.name === canary.service.name) continue;
    const object = `${SERVICES.kind}/${wish.name}`;
    const current = await cache.get(SERVICES, wish.namespace, wish.name);
    // A foreign object isn't our Service: creating ours will be refused, and the error names the owner.
    if (!current || !isFree(current, wish)) strays.push({ object });
    else strays.push(...fieldsOf(object, current, desiredService(wish, current)));
  }
  return strays;
}

function fieldsOf(object: string, current: KubeObject, desired: KubeObject): readonly Stray[] {
  return strayedFields(current, desired).map((field) => ({ object, field, ...writtenBy(current, field) }));
}

async function strayedRoute(
  cache: ClusterCache,
  { canary, router }: CanaryContext,
): Promise<{ readonly strays: readonly Stray[]; readonly problem: string | undefined }> {
  try {
    const foreign = await foreignOf(cache, canary, router.owns(canary));
    const drift = (await router.drift(canary)).filter((object) => !foreign.some((one) => one.object === object));
    const strays = drift.map((object) => whole(cache, canary, router.concerns(canary), object));
    return { strays: [...foreign, ...(await Promise.all(strays))], problem: undefined };
  } catch (error) {
    // The route can't be read; everything else can.
    if (!(error instanceof UserError)) throw error;
    return { strays: [], problem: messageOf(error) };
  }
}

/** Foreign objects with the name of a generated one: creating it will be refused, and the error names the owner. */
async function foreignOf(
  cache: ClusterCache,
  canary: Canary,
  owned: readonly OwnedObject[],
): Promise<readonly Stray[]> {
  const strays: Stray[] = [];
  for (const { type, name, takesOver } of owned) {
    const current = await cache.get(type, canary.namespace, name);
    const right = { owner: canary.owner, ...(takesOver ? { takesOver } : {}) };
    if (current && !isFree(current, right)) strays.push({ object: `${type.kind}/${name}` });
  }
  return strays;
}

/** An object whose fields aren't compared one by one: it is missing, or differs as a whole. */
async function whole(
  cache: ClusterCache,
  { namespace }: Canary,
  concerns: readonly NamedObject[],
  object: string,
): Promise<Stray> {
  const found = concerns.find(({ type, name }) => `${type.kind}/${name}` === object);
  const current = found && (await cache.get(found.type, namespace, found.name));
  return current ? { object, field: 'spec', ...writtenBy(current, 'spec') } : { object };
}

function strayedFinalizer({ object, canary }: CanaryContext, { unserved }: Circumstances): readonly Stray[] {
  // An object under deletion gets none, and loses it at the very end.
  if (unserved || isTerminating(object)) return [];
  return hasFinalizer(object) === canary.revertOnDeletion ? [] : [{ object: FINALIZER_STRAY }];
}

/**
 * Generated objects with drift, `Kind/name`, even those that another controller fights for.
 *
 * @throws UserError where a user must fix something before that is known
 */
export async function driftOf(
  cache: ClusterCache,
  context: CanaryContext,
  { pods }: TargetView,
): Promise<readonly string[]> {
  const at = { pods, diverted: await isDiverted(cache, context), unserved: false, repairs: [], now: 0 };
  const { strays, problem } = await survey(cache, context, at);
  if (problem !== undefined) throw new UserError(problem);
  return namesOf(strays);
}
