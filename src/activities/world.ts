import { approvalsDigest } from '../crds/approvals.js';
import type { NotReady, World } from '../domain/findings.js';
import { isActive } from '../domain/phases.js';
import { sharesOf, type Weights } from '../domain/weights.js';
import { sameRevision } from '../domain/revision.js';
import { ForeignError, messageOf, RefusedError, UserError } from '../errors.js';
import type { KubeObject } from '../kube/object.js';
import { goesWithAll, isTerminating, terminatingMessage } from '../kube/terminating.js';
import type { ObserveInput } from '../workflows/activities.js';
import { TargetMissing } from '../workloads/errors.js';
import type { TargetView } from '../workloads/port.js';
import { canaryContext, type CanaryView, type CanaryContext } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { weightsOnceFollowed } from './followed.js';
import { refuseContested } from '../canary/contest.js';
import { hasFinalizer } from '../canary/generated.js';
import { repairsIn } from '../canary/mend.js';
import { isNews, policyIn } from '../canary/policy.js';
import { namesOf, survey } from '../canary/survey.js';
import { isDiverted } from '../canary/warm.js';
import { podsNeeded } from '../canary/whole.js';

const MISSING: NotReady = { ready: false, retriable: false, reason: 'the Canary is gone', available: false };
/** The Canary doesn't exist any more. */
export const GONE: World = {
  gone: true,
  built: false,
  primary: MISSING,
  canary: MISSING,
  sameAsPrimary: false,
  drift: [],
};

/** What the cluster shows, and the means to ask metrics and webhooks. */
export async function look(
  deps: Dependencies,
  view: CanaryView,
  input: ObserveInput,
  signal: AbortSignal,
): Promise<{ world: World; bench: CanaryContext | undefined }> {
  const bare = { ...header(deps, view, input), ...UNKNOWN };
  // A Canary under deletion without our finalizer needs no observation any more.
  if (isTerminating(view.object) && !hasFinalizer(view.object)) {
    if (input.standing.weight === 0 || goesWithAll(view.object)) return { world: GONE, bench: undefined };
    // Another finalizer may block the deletion for long: users must not stay that long on a canary without a run.
    const why = terminatingMessage(view.object);
    return { world: { ...bare, edition: 3, ...withoutTarget(why, input) }, bench: undefined };
  }
  // Without any valid spec the changes to revert are unknown.
  if (!view.canary) return { world: bare.deleting ? { ...bare, canary: MISSING } : bare, bench: undefined };
  try {
    const context = canaryContext(deps, view);
    return await closeLook(deps, view, context, input, await withUnused(context, bare), signal);
  } catch (error) {
    return { world: { ...bare, ...problemIn(error) }, bench: undefined };
  }
}

/** Notices for a policy that is new, including fields that have no effect because of other objects. */
async function withUnused({ canary, workload }: CanaryContext, world: World): Promise<World> {
  if (!world.policy) return world;
  const unused = await workload.unused(canary);
  return unused.length === 0
    ? world
    : { ...world, policy: { ...world.policy, notices: [...world.policy.notices, ...unused] } };
}

/**
 * Observes even where a user must fix something: the readiness of pods is still known, which suffices to let a Canary
 * be deleted, and to judge one that has traffic.
 */
async function closeLook(
  deps: Dependencies,
  view: CanaryView,
  context: CanaryContext,
  input: ObserveInput,
  bare: World,
  signal: AbortSignal,
): Promise<{ world: World; bench: CanaryContext | undefined }> {
  try {
    if (input.fresh) {
      await context.workload.refresh(context.canary);
      await context.router.refresh(context.canary);
    }
    return { world: { ...bare, edition: 3, ...(await parts(deps, view, context, input, signal)) }, bench: context };
  } catch (error) {
    const problem = problemIn(error);
    const pods = await podsOf(deps, context, input);
    return { world: { ...bare, edition: 3, ...pods, ...problem }, bench: context };
  }
}

/** @throws whatever nobody could mend */
function problemIn(error: unknown): Pick<World, 'problem' | 'foreign'> {
  if (!(error instanceof UserError)) throw error;
  const isRefusal = error instanceof ForeignError || error instanceof RefusedError;
  return { problem: messageOf(error), ...(isRefusal ? { foreign: true } : {}) };
}

async function podsOf(
  deps: Dependencies,
  { canary, workload }: CanaryContext,
  { standing }: ObserveInput,
): Promise<Pick<World, 'primary' | 'canary' | 'previous'>> {
  const now = deps.now();
  const previous = standing.undoing && (await workload.warm?.readiness(canary, now));
  return {
    ...(previous ? { previous } : {}),
    primary: await workload.readiness(canary, 'primary', now),
    canary: await workload.readiness(canary, 'canary', now),
  };
}

const UNKNOWN = {
  built: false,
  primary: { ...MISSING, retriable: true, reason: 'not looked at' },
  canary: { ...MISSING, retriable: true, reason: 'not looked at' },
  sameAsPrimary: false,
  drift: [],
} as const;

function header(deps: Dependencies, view: CanaryView, input: ObserveInput): Partial<World> {
  const policy = view.canary && policyIn(deps, view.canary);
  const approvals = approvalsDigest(view.object);
  return {
    ...(policy && isNews(policy, input.standing) ? { policy } : {}),
    ...(view.refusal ? { refusal: view.refusal } : {}),
    ...(approvals === '' ? {} : { approvals }),
    ...(isDeleting(view.object) ? { deleting: true as const } : {}),
  };
}

function isDeleting(canary: KubeObject): boolean {
  return isTerminating(canary) && hasFinalizer(canary);
}

async function parts(
  deps: Dependencies,
  canaryView: CanaryView,
  context: CanaryContext,
  input: ObserveInput,
  signal: AbortSignal,
): Promise<Partial<World>> {
  const { canary, router, workload } = context;
  const pods = await podsOf(deps, context, input);
  try {
    const view = await workload.look(canary);
    // A release under way isn't blocked by this: it writes only its own objects.
    if (!isActive(input.standing.phase) && !isDeleting(context.object)) await refuseContested(deps, context);
    const known = input.standing.applied;
    const initialised = input.standing.promoted !== '';
    const generated = await generatedAs(deps, canaryView, context, view, input);
    // The objects that carry traffic are corrected, even where the route's weights are unknown.
    if (generated.problem !== undefined) return { built: view.built, ...pods, ...generated };
    if (view.leaving !== undefined && !isDeleting(context.object))
      return { ...pods, ...generated, ...withoutTarget(view.leaving, input) };
    const weights = await weightsOnceFollowed(router, canary, signal);
    const mistake = initialised && !isActive(input.standing.phase) ? await deps.checks.mistake(context) : undefined;
    const refused = await rehearsed(deps, context, input, view, generated.drift);
    return {
      ...(mistake === undefined ? {} : { mistake }),
      ...(refused === undefined ? {} : { refused }),
      built: view.built,
      ...pods,
      ...(known && sameRevision(known, view.revision) ? {} : { revision: view.revision }),
      sameAsPrimary: view.sameAsPrimary,
      ...(weights ? { weights } : {}),
      ...generated,
      ...(await shortageOf(context, input, weights)),
    };
  } catch (error) {
    // A target that vanishes during a release is a reason to roll back; before it, a user must fix it.
    if (!(error instanceof TargetMissing) || input.standing.weight === 0) throw error;
    return { ...pods, ...withoutTarget(error.message, input) };
  }
}

/** A target under deletion must not be released, nor relied on. @param why in words for an event */
function withoutTarget(why: string, { standing }: ObserveInput): Partial<World> {
  if (standing.weight === 0) return { built: true, problem: why };
  return { built: true, canary: { ...MISSING, reason: why, gone: true } };
}

/** Before a release starts: whether the API server would accept its writes. */
async function rehearsed(
  deps: Dependencies,
  context: CanaryContext,
  { standing, fence }: ObserveInput,
  { revision, built, sameAsPrimary }: TargetView,
  drift: readonly string[],
): Promise<string | undefined> {
  const { phase, promoted, applied } = standing;
  const mayStart = promoted !== '' && built && (phase === 'Waiting' || !isActive(phase));
  // Drift is corrected first.
  if (!mayStart || drift.length > 0) return undefined;
  const isNews = !sameAsPrimary && (!applied || !sameRevision(applied, revision));
  return isNews || standing.again ? deps.rehearsals.refusal(context, revision, fence) : undefined;
}

/** The state of the generated objects. */
async function generatedAs(
  deps: Dependencies,
  view: CanaryView,
  context: CanaryContext,
  { pods, built }: TargetView,
  { standing }: ObserveInput,
): Promise<Pick<World, 'drift' | 'leftAlone' | 'refusals' | 'problem'>> {
  const unserved = standing.promoted === '';
  // Before a Canary is initialised most generated objects don't exist yet, and their absence is no drift.
  if (unserved && (standing.phase !== 'Initializing' || !built)) return { drift: [], leftAlone: [] };
  const diverted = standing.undoing?.diverted ?? (await isDiverted(deps.cache, context));
  const at = { pods, diverted, unserved, repairs: repairsIn(view), now: deps.now() };
  const { strays, left, problem } = await survey(deps.cache, context, at);
  const refusals = left.flatMap(({ why, refused }) => (refused ? [why] : []));
  return {
    drift: namesOf(strays),
    leftAlone: left.map(({ why }) => why),
    ...(refusals.length === 0 ? {} : { refusals }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** All of the traffic is about to come to the primary: does it have the pods for it? */
async function shortageOf(
  { canary, workload }: CanaryContext,
  { standing }: ObserveInput,
  weights: Weights | undefined,
): Promise<Pick<World, 'short'>> {
  if (standing.phase !== 'Promoting') return {};
  const weight = weights ? 100 - sharesOf(weights).primary : standing.weight;
  const needed = await podsNeeded({ canary, workload }, weight, standing.undoing?.diverted ?? false);
  return needed > (await workload.size(canary, 'primary')) ? { short: needed } : {};
}
