import type { Effect } from '../domain/decision/effects.js';
import { needsNoLease } from '../domain/decision/without-lease.js';
import type { ReleaseArtifacts } from '../domain/record/artifacts.js';
import { weightsIn } from '../domain/weights.js';
import { FencedError, messageOf, type UserError } from '../errors.js';
import { recordEvent } from '../kubernetes/events.js';
import type { Renewal } from '../kubernetes/lease.js';
import type { Claim, LeaseClaim } from '../kubernetes/claim.js';
import { CANARIES } from '../kube/object.js';
import { userErrorIn } from '../kube/refusals.js';
import { isTerminating } from '../kube/terminating.js';
import { withInvalidSpec, withRefusal, withRefusalAside } from '../kubernetes/status.js';
import { write } from '../kubernetes/write.js';
import type { Applied, ApplyInput } from '../workflows/activities.js';
import { keptSpec, readCanary, canaryContext, type CanaryView } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { drain, undrained, untilServiceLeadsBack } from '../canary/drain.js';
import { dropBaseline, putBaseline } from '../canary/baseline/baseline.js';
import { buildPrimary, giveServiceBack, putFinalizer, reconcileAll } from '../canary/generated.js';
import { saveSnapshot } from '../archive/release/snapshots.js';
import { routed } from '../canary/routed-at.js';
import { mend } from '../canary/mend.js';
import { send } from '../canary/send.js';
import { remembering } from './said.js';
import { writeStatus } from '../canary/status.js';
import { claimOf, termsOf } from '../canary/lease-guard.js';
import { divert, pointBack } from '../canary/warm.js';

/** A batch that takes longer than this renews the Lease once more, in milliseconds. */
const LONG_MS = 5_000;
/** Most events of one batch; their positions are part of their names. */
const EVENTS_PER_BATCH = 100;

/**
 * Carries effects out, in order. Each compares before it writes, so that a batch has the same result when it runs
 * twice, or continues in the middle of an earlier attempt.
 */
export async function apply(deps: Dependencies, input: ApplyInput, signal: AbortSignal): Promise<Applied> {
  const view = await readCanary(deps, input.canary);
  // A Canary that is gone has nothing left to write.
  if (!view) return { overtaken: false };
  const spec = keptSpec(view);
  const { term, release } = termsOf(input, deps.settings.leaseSeconds);
  const fence = claimOf(deps, input, view);
  const began = performance.now();
  const taking = { spec, observedApprovals: input.observedApprovals };
  let refusal: UserError | undefined;
  if (needsNoLease(input.effects, isTerminating(view.object))) refusal = await fence.stand(term, taking);
  else await fence.renew(term, taking);
  let artifacts: ReleaseArtifacts | undefined;
  let routedAt: number | undefined;
  const isDone = await remembering(async (said) => {
    for (const [index, effect] of input.effects.entries()) {
      if (effect.do === 'keep')
        artifacts = await saveSnapshot(deps, canaryContext(deps, view), effect, input.release, fence);
      else if (effect.do === 'weights') {
        const divide = () => carryOut(deps, view, effect, { ...input, fence }, index, signal);
        const ago = await routed(deps.cache, canaryContext(deps, view), fence, deps.now, divide);
        routedAt = performance.now() - ago;
      } else if (!(await carryOut(deps, view, effect, { ...input, fence }, index, signal))) return false;
      if (effect.do === 'event') said.push(effect.message);
    }
    return true;
  });
  if (!isDone) return { overtaken: true };
  if (release) await letGo(deps, fence, input, release, refusal);
  // Slow effects, such as draining, have used up part of the term that the next wait needs.
  else if (performance.now() - began > LONG_MS && !refusal) await fence.renew(term, { spec });
  // A time span, so that the clocks of workers and of Temporal may differ.
  const timing = routedAt === undefined ? {} : { routedMsAgo: Math.round(performance.now() - routedAt) };
  return { overtaken: false, ...(artifacts ? { shipment: artifacts } : {}), ...timing };
}

/** The input of an apply, with a fence that can be confirmed. */
type Claimed = ApplyInput & { readonly fence: LeaseClaim };

/** Releases the Lease. One whose Canary has just been deleted needs no release. */
async function letGo(
  deps: Dependencies,
  fence: LeaseClaim,
  input: ApplyInput,
  release: Renewal,
  refusal: UserError | undefined,
): Promise<void> {
  const wasLastWord = input.effects.some((effect) => effect.do === 'revert');
  // A Lease that can't be released is deleted with its Canary.
  if (wasLastWord && (refusal || !(await readCanary(deps, input.canary, true)))) return;
  try {
    await fence.renew({ kind: 'released' }, release);
  } catch (error) {
    const isGone = error instanceof FencedError && wasLastWord && !(await readCanary(deps, input.canary, true));
    if (!isGone) throw error;
  }
}

/** @returns false where promotion found the target changed */
async function carryOut(
  deps: Dependencies,
  view: CanaryView,
  effect: Exclude<Effect, { do: 'keep' }>,
  input: Claimed,
  index: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { fence } = input;
  const position = fence.seq * EVENTS_PER_BATCH + index;
  switch (effect.do) {
    case 'event':
      await say(deps, view, effect, input.at, position);
      return true;
    case 'drain': {
      const { router, canary } = canaryContext(deps, view);
      if (await drain(router, canary, signal)) return true;
      await say(deps, view, { do: 'event', type: 'Warning', message: undrained(canary) }, input.at, position);
      return true;
    }
    case 'status':
      await writeStatus(deps, view, effect.status, input.at, fence);
      return true;
    case 'condition':
      await mark(deps, view, effect, input.at, fence);
      return true;
    default:
      return work(deps, view, effect, input, signal);
  }
}

async function work(
  deps: Dependencies,
  view: CanaryView,
  effect: Exclude<Effect, { do: 'event' | 'drain' | 'status' | 'condition' | 'keep' }>,
  input: Claimed,
  signal: AbortSignal,
): Promise<boolean> {
  const { fence } = input;
  // Without any valid spec the changes to revert are unknown: the Canary is deleted as it is.
  if (!view.canary && effect.do === 'scaleLikePrimary') return true;
  if (!view.canary && effect.do === 'revert') {
    await putFinalizer(deps.cache, input.canary, false, fence);
    return true;
  }
  const context = canaryContext(deps, view);
  const { canary, router, workload } = context;
  switch (effect.do) {
    case 'build':
      await buildPrimary(deps.cache, context, fence);
      return true;
    case 'reconcile': {
      const { runs } = effect;
      const { term } = termsOf(input, deps.settings.leaseSeconds);
      if (runs === undefined) await reconcileAll(deps.cache, context, weightsIn(effect), fence);
      else await mend(deps, view, context, { ...effect, runs }, { fence, term });
      return true;
    }
    case 'weights':
      await send(deps, context, weightsIn(effect), { fence, signal });
      if (effect.everybody && (await workload.baseline?.find(canary))) {
        // The comparison with it is over.
        await drain(router, canary, signal);
        await dropBaseline(deps.cache, context, fence);
      }
      return true;
    case 'grow':
      await workload.grow(canary, effect.pods, fence);
      return true;
    case 'promote':
      return workload.promote(canary, effect.revision, fence);
    case 'settle':
      await workload.settle(canary, fence);
      return true;
    case 'scaleUp':
      // A new release: warm pods of the release before are of no more use to an undo.
      await workload.warm?.drop(canary, fence);
      await workload.scaleUp(canary, fence);
      if (effect.baseline) await putBaseline(deps.cache, context, fence);
      return true;
    case 'scaleDown':
      await workload.scaleDown(canary, fence);
      await dropBaseline(deps.cache, context, fence);
      return true;
    case 'keepPrevious':
      await workload.warm?.keep(canary, effect.until, fence);
      return true;
    case 'reopen':
      await workload.reopen(canary, fence);
      return true;
    case 'divert':
      await divert(deps.cache, context, fence, signal);
      return true;
    case 'restore':
      await workload.restore(canary, fence);
      return true;
    case 'pointBack':
      await pointBack(deps.cache, context, fence);
      await workload.warm?.drop(canary, fence);
      return true;
    case 'scaleLikePrimary':
      await workload.scaleLikePrimary(canary, fence);
      return true;
    case 'revert':
      await giveServiceBack(deps.cache, context, fence);
      await untilServiceLeadsBack(deps.cache, context, signal);
      await router.finalize(canary, fence);
      // From here on the primary may be deleted at any moment.
      await drain(router, canary, signal);
      await putFinalizer(deps.cache, canary, false, fence);
      return true;
    default:
      return unknownEffect(effect);
  }
}

/** A worker of an older version must not treat an effect that it doesn't know as done. */
function unknownEffect(effect: never): never {
  throw new Error(`this worker doesn't know the effect ${JSON.stringify(effect)}`);
}

/** Reports on the condition why the Canary can't be processed. Where the API server refuses even that, it is logged. */
export async function mark(
  { cache, log }: Dependencies,
  { object }: CanaryView,
  { message, refused, aside }: Effect & { do: 'condition' },
  at: number,
  fence: Claim | undefined,
): Promise<void> {
  const marked = aside ? withRefusalAside : refused ? withRefusal : withInvalidSpec;
  const { name, namespace = 'default' } = object.metadata;
  try {
    await write(cache, CANARIES, { namespace, name }, (current) => current && marked(current, message, at), {
      fence,
      subresource: 'status',
    });
  } catch (error) {
    if (!refused || !userErrorIn(error)) throw error;
    log.error({ canary: `${name}.${namespace}` }, `its condition can't be written: ${messageOf(error)}`);
  }
}

/** Records an Event and logs it, in the contract's words. A refused Event doesn't stop anything. */
export async function say(
  deps: Dependencies,
  view: CanaryView,
  event: Effect & { do: 'event' },
  at: number,
  index: number,
): Promise<void> {
  const { name, namespace } = view.object.metadata;
  const fields = { canary: `${name}.${namespace}` };
  if (event.error) deps.log.error(fields, event.message);
  else deps.log.info(fields, event.message);
  try {
    await recordEvent(deps.cache.client, view.object, { type: event.type, message: event.message, at, index });
  } catch (error) {
    if (!userErrorIn(error)) throw error;
    deps.log.error(fields, `an Event can't be recorded: ${messageOf(error)}`);
  }
}
