import { buildPrimary, reconcileAll } from '../../canary/generated.js';
import type { CanaryContext } from '../../canary/read.js';
import { claimed, weightsOf } from '../../canary/rehearse.js';
import { parseCanary, type Canary, type ParseOptions } from '../../crds/canary.js';
import { ALL_TO_PRIMARY } from '../../domain/weights.js';
import { FencedError, ForeignError, messageOf, UserError } from '../../errors.js';
import { KubeError } from '../../kube/kube-error.js';
import { CANARIES, type KubeObject } from '../../kube/object.js';
import { createRouters, routerFor } from '../../routers/registry.js';
import type { Settings } from '../../settings.js';
import { TargetMissing } from '../../workloads/errors.js';
import { createWorkloads, workloadFor } from '../../workloads/registry.js';
import type { ObjectLookup } from '../object-lookup.js';
import { StageCache } from './stage-cache.js';
import { StageClient, Unseen, type Refused, type Understudy } from './stage-client.js';

/** The result of a rehearsal. */
export interface Rehearsed {
  readonly refused: readonly Refused[];
  /** Other problems that would stop a release: in words for an event. */
  readonly problems: readonly string[];
  /** Why some answers are unknown. */
  readonly unheard: readonly string[];
}

/** Newer than any real fence. */
const FENCE = { epoch: 2 ** 40, seq: 1 };
/** Stands for the UID of a Canary that isn't in the cluster yet. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * Makes all writes of a Canary's first release and of its next one, in their order, with the same code that carries
 * them out: Services, primary, copies of configs, autoscaler, PodDisruptionBudget, route, replicas of the target. The
 * API server only checks them, and nothing is stored.
 *
 * @param object the Canary as written
 * @throws TransientError where the cluster can't be reached
 */
export async function rehearse(
  object: KubeObject,
  lookup: ObjectLookup,
  understudy: Understudy,
  settings: Settings,
  options: ParseOptions,
): Promise<Rehearsed> {
  const stage = new StageClient(lookup, understudy);
  const problems = new Set<string>();
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const said = saidOf(error);
      if (said?.kind === 'unheard') stage.unheard.add(said.text);
      if (said?.kind === 'problem') problems.add(said.text);
      return undefined;
    }
  };
  const context = await attempt(() => contextOf(object, lookup, stage, settings, options));
  const seen = context && (await attempt(() => context.workload.look(context.canary)));
  if (context && seen) {
    const claim = claimed(FENCE);
    const { canary, router, workload } = context;
    const cache = cacheOf(stage, canary);
    await attempt(() => buildPrimary(cache, context, claim));
    await attempt(() => reconcileAll(cache, context, ALL_TO_PRIMARY, claim));
    await attempt(() => workload.scaleUp(canary, claim));
    for (const weights of weightsOf(canary)) await attempt(() => router.setWeights(canary, weights, claim));
    await attempt(() => workload.promote(canary, seen.revision, claim));
  }
  return { refused: stage.refused, problems: [...problems], unheard: [...stage.unheard] };
}

function cacheOf(stage: StageClient, { namespace }: Pick<Canary, 'namespace'>): StageCache {
  return new StageCache(stage, namespace);
}

/** With the UID and the status of the Canary in the cluster, if it exists: its own objects refer to its UID. */
async function contextOf(
  object: KubeObject,
  lookup: ObjectLookup,
  stage: StageClient,
  settings: Settings,
  options: ParseOptions,
): Promise<CanaryContext | undefined> {
  const { name, namespace = '' } = object.metadata;
  const stored = await lookup.stored(CANARIES, namespace, name);
  if (stored.state === 'unknown') throw new Unseen(stored.why ?? `Canary/${name} can't be looked at`);
  const there = stored.state === 'found' ? stored.object : undefined;
  const uid = there?.metadata.uid ?? NOBODY;
  const whole = { ...object, metadata: { ...object.metadata, uid }, ...(there ? { status: there['status'] } : {}) };
  const parsed = parseCanary(whole, options);
  if (!parsed.ok) return undefined;
  const canary = parsed.value;
  const cache = cacheOf(stage, canary);
  return {
    object: whole,
    canary,
    router: routerFor(createRouters(cache, settings), canary.provider),
    workload: workloadFor(createWorkloads(cache, settings), canary.targetRef.kind),
  };
}

/** Objects from the API server have the shape of their kind; in a file anything is possible. */
const SHAPELESS = 'an object of the file isn’t shaped as its kind must be';

type Said = { readonly kind: 'unheard' | 'problem'; readonly text: string };

/** @returns undefined for errors that other rules report */
function saidOf(error: unknown): Said | undefined {
  if (error instanceof ForeignError || error instanceof TargetMissing) return undefined;
  if (error instanceof UserError) return { kind: 'problem', text: error.message };
  if (error instanceof Unseen || error instanceof KubeError || error instanceof FencedError) {
    return { kind: 'unheard', text: messageOf(error) };
  }
  if (error instanceof TypeError) return { kind: 'unheard', text: SHAPELESS };
  throw error;
}
