import type { Effect } from '../domain/decision/effects.js';
import { weightsIn } from '../domain/weights.js';
import { parseRepairs, withRepairs, type Attempt, type Repair, type Stray } from '../domain/strays.js';
import { messageOf, UserError } from '../errors.js';
import type { LeaseClaim } from '../kubernetes/claim.js';
import type { ClusterCache } from '../kube/cache.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import { SERVICES } from '../kube/object.js';
import { desiredService } from '../kubernetes/objects/service.js';
import { leaving } from '../kubernetes/objects/strayed.js';
import { write } from '../kubernetes/write.js';
import type { CanaryView, CanaryContext } from './read.js';
import type { Working } from './reading.js';
import { baselineServices } from './baseline/baseline.js';
import { putFinalizer, servicesOf } from './generated.js';
import { FINALIZER_STRAY, survey, type Circumstances } from './survey.js';

type Reconcile = Effect & { readonly do: 'reconcile' };

/**
 * Corrects drift, one object at a time: one that can't be corrected must not block the rest. Corrections and refusals
 * are recorded in the Lease, so that the next run recognises a fight.
 */
export async function mend(
  deps: Working,
  view: CanaryView,
  context: CanaryContext,
  effect: Reconcile & { readonly runs: string },
  by: { readonly fence: LeaseClaim; readonly term: LeaseTerm },
): Promise<void> {
  const repairs = repairsIn(view);
  const { pods } = await context.workload.look(context.canary);
  const at: Circumstances = {
    pods,
    diverted: effect.diverted ?? false,
    unserved: effect.unserved ?? false,
    repairs,
    now: deps.now(),
  };
  const { strays, left } = await survey(deps.cache, context, at);
  const attempts: Attempt[] = [];
  for (const object of new Set(strays.map((stray) => stray.object))) {
    const ofObject = strays.filter((stray) => stray.object === object);
    const kept = left.flatMap(({ stray }) => (stray.object === object && stray.field ? [stray.field] : []));
    const refused = await refusal(() =>
      mendObject(deps.cache, context, { effect, at, ofObject, kept, fence: by.fence }),
    );
    attempts.push(...ofObject.map((stray) => ({ stray, refused })));
  }
  if (attempts.length === 0) return;
  await by.fence.renew(by.term, { repairs: JSON.stringify(withRepairs(repairs, attempts, deps.now())) });
}

/** The recent corrections, from the Lease. */
export function repairsIn({ lease }: CanaryView): readonly Repair[] {
  return parseRepairs(lease?.repairs);
}

interface Work {
  readonly effect: Reconcile & { readonly runs: string };
  readonly at: Circumstances;
  /** All strays of one object. */
  readonly ofObject: readonly Stray[];
  /** Its fields that are left alone. */
  readonly kept: readonly string[];
  readonly fence: LeaseClaim;
}

async function mendObject(cache: ClusterCache, context: CanaryContext, work: Work): Promise<void> {
  const { canary, router, workload } = context;
  const { effect, at, ofObject, kept, fence } = work;
  const [stray] = ofObject;
  if (!stray) return;
  if (stray.object === FINALIZER_STRAY) return putFinalizer(cache, canary, canary.revertOnDeletion, fence);
  const made = at.pods ? servicesOf(canary, at.pods, at.diverted ? workload.warm : undefined) : [];
  const services = [...made, ...(await baselineServices(context, at.pods))];
  const wish = services.find(({ name }) => `${SERVICES.kind}/${name}` === stray.object);
  if (wish) {
    await write(cache, SERVICES, wish, (current) => leaving(desiredService(wish, current), current, kept), {
      fence,
      right: wish,
    });
    return;
  }
  // Also one that was made after a route which the Canary names no more.
  const isRoute = router.watches.some(({ kind }) => stray.object.startsWith(`${kind}/`));
  if (!isRoute) return workload.mend(canary, stray, effect.runs, fence);
  await router.reconcile(canary, weightsIn(effect), fence);
}

/** @returns why it was refused, where a user must fix that */
async function refusal(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return messageOf(error);
  }
}
