import { approvalsDigest } from '../crds/approvals.js';
import type { Findings, NotReady, Question, World } from '../domain/findings.js';
import { isActive } from '../domain/phases.js';
import type { Weights } from '../domain/weights.js';
import { sameRevision } from '../domain/revision.js';
import type { ReleaseState } from '../domain/state.js';
import { tick } from '../domain/decision/tick.js';
import { ForeignError, messageOf, NamespaceEnding, RefusedError, TransientError, UserError } from '../errors.js';
import { othersFirst } from '../fair-share.js';
import type { LeaseView } from '../kubernetes/lease-object.js';
import type { KubeObject } from '../kube/object.js';
import type { ObserveInput } from '../workflows/activities.js';
import { TargetMissing } from '../workloads/errors.js';
import type { TargetView } from '../workloads/port.js';
import { readCanary, canaryContext, type CanaryView, type CanaryContext } from '../canary/read.js';
import type { Inquiry } from '../checks/port.js';
import type { Dependencies } from '../dependencies.js';
import { refuseContested } from '../canary/contest.js';
import { hasFinalizer, putFinalizer } from '../canary/generated.js';
import { repairsIn } from '../canary/mend.js';
import { targetOf } from '../meters/port.js';
import { policyInForce, isNews, policyIn } from '../canary/policy.js';
import { namesOf, survey } from '../canary/survey.js';
import { isFenced, keepAlive } from '../canary/lease-guard.js';
import { isDiverted } from '../canary/warm.js';
import { podsNeeded } from '../canary/whole.js';

/**
 * One look at the world. What is asked of webhooks and metrics, and in which order, the core says: it is given what is
 * known so far until it has no further question.
 */
export function observe(deps: Dependencies, input: ObserveInput, signal: AbortSignal): Promise<Findings> {
  const { namespace, name } = input.canary;
  return deps.share.for(`${namespace}/${name}`, async () => {
    await othersFirst(signal);
    return exceeding(deps, input, await lookAround(deps, input, signal));
  });
}

/** Whoever takes more of the worker than its share is looked at later, and learns of it. */
function exceeding({ share, log, meters }: Dependencies, { canary }: ObserveInput, findings: Findings): Findings {
  const { namespace, name } = canary;
  const key = `${namespace}/${name}`;
  if (!share.isExceeded(key)) return findings;
  const { world } = findings;
  if (world.gone || world.fenced) return findings;
  const why = `what ${name}.${namespace} asks for takes more of the worker than its share: it is looked at later than others`;
  if (share.toTell(key) !== undefined) {
    log.warn({ canary: `${name}.${namespace}` }, why);
    meters.throttled({ namespace, name });
  }
  const { leftAlone = [], refusals = [] } = world;
  return { ...findings, world: { ...world, leftAlone: [...leftAlone, why], refusals: [...refusals, why] } };
}

async function lookAround(deps: Dependencies, input: ObserveInput, signal: AbortSignal): Promise<Findings> {
  const began = deps.now();
  const view = await readCanary(deps, input.canary, input.fresh);
  if (!view) return { world: GONE };
  if (isFenced(view.lease, input)) return { world: shutOut(view, input) };
  const refusal = await keepAlive(deps, view, input);
  if (refusal instanceof NamespaceEnding && view.object.metadata.deletionTimestamp !== undefined) {
    // Everything in it goes, and our finalizer must not hold the namespace up.
    await putFinalizer(deps.cache, input.canary, false, undefined);
    return { world: GONE };
  }
  const { world: seen, bench: context } = await look(deps, view, input);
  const world = refusal ? withoutLease(seen, refusal) : seen;
  const { knownGeneration: _known, knownApprovals: _digest, ...rest } = input.standing;
  const { knownLoadTests: _tests, knownAnnotated: _annotated, ...standing } = rest;
  const asked: ReleaseState = {
    ...standing,
    policy: view.canary && policyInForce(policyIn(deps, view.canary), input.standing),
  };
  const inquiry = { occasion: occasionOf(input), signal };
  let findings: Findings = { world };
  for (;;) {
    const step = tick(asked, findings, input.asOf);
    // Webhooks and metrics may take their time, each of them.
    if (step.do === 'ask') await keepAlive(deps, { ...view, lease: await leaseOf(deps, input) }, input);
    if (step.do !== 'ask' || !context) return counted(deps, view, findings, began);
    findings = { ...findings, ...(await ask(deps, context, asked, step.question, inquiry)) };
  }
}

/** Names a look, wherever it is asked for. */
export function lookOf(input: ObserveInput): string {
  const { cluster, namespace, name } = input.canary;
  return `look at ${cluster}/${namespace}/${name} ${input.holder ?? ''} ${occasionOf(input)}`;
}

function occasionOf({ fence: { epoch, seq }, look, asOf }: ObserveInput): string {
  return `${epoch}.${seq}/${look ?? asOf}`;
}

/**
 * The Lease can't be renewed: that is told, and nothing is put right, since nobody could remember what has been tried. A
 * way back makes itself whole.
 */
function withoutLease(world: World, refusal: UserError): World {
  if (refusal instanceof NamespaceEnding) return { ...world, drift: [] };
  const { leftAlone = [], refusals = [] } = world;
  const why = messageOf(refusal);
  return { ...world, drift: [], leftAlone: [...leftAlone, why], refusals: [...refusals, why] };
}

/**
 * Another holds the Lease.
 *
 * @throws TransientError while the dead-man's switch is at work on this very release: what comes of it belongs into the
 *   release's record
 */
function shutOut({ lease }: CanaryView, { fence, canary }: ObserveInput): World {
  const world: World = { ...GONE, gone: undefined, fenced: true };
  const retreat = lease?.retreat;
  if (retreat?.of !== fence.epoch) return world;
  if (retreat.done) return { ...world, retreat: retreat.done };
  throw new TransientError(`the dead-man's switch is rolling ${canary.name}.${canary.namespace} back`);
}

function leaseOf({ leases }: Dependencies, { canary }: ObserveInput): Promise<LeaseView | undefined> {
  return leases.view(canary.namespace, canary.name);
}

/** @param began milliseconds since 1970 */
function counted(deps: Dependencies, { canary }: CanaryView, findings: Findings, began: number): Findings {
  const { analysis } = findings;
  if (canary && analysis) deps.meters.analysed(targetOf(canary), (deps.now() - began) / 1000, analysis.metrics);
  return findings;
}

const MISSING: NotReady = { ready: false, retriable: false, reason: 'the Canary is gone', available: false };
const GONE: World = { gone: true, built: false, primary: MISSING, canary: MISSING, sameAsPrimary: false, drift: [] };

async function look(
  deps: Dependencies,
  view: CanaryView,
  input: ObserveInput,
): Promise<{ world: World; bench: CanaryContext | undefined }> {
  const bare = { ...header(deps, view, input), ...UNKNOWN };
  // A Canary that is on its way out and isn't ours to hold up has nothing left to be looked at.
  if (view.object.metadata.deletionTimestamp !== undefined && !hasFinalizer(view.object))
    return { world: GONE, bench: undefined };
  // Without any valid spec nobody knows what would have to be given back.
  if (!view.canary) return { world: bare.deleting ? { ...bare, canary: MISSING } : bare, bench: undefined };
  try {
    const context = canaryContext(deps, view);
    return await closeLook(deps, view, context, input, await withUnused(context, bare));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { world: { ...bare, problem: messageOf(error) }, bench: undefined };
  }
}

/** What is said when the policy is news: also what only other objects show to be without effect. */
async function withUnused({ canary, workload }: CanaryContext, world: World): Promise<World> {
  if (!world.policy) return world;
  const unused = await workload.unused(canary);
  return unused.length === 0
    ? world
    : { ...world, policy: { ...world.policy, notices: [...world.policy.notices, ...unused] } };
}

/**
 * Whatever a person must mend: whether pods are ready is known all the same, which is enough to let a Canary go, and to
 * judge one that has traffic.
 */
async function closeLook(
  deps: Dependencies,
  view: CanaryView,
  context: CanaryContext,
  input: ObserveInput,
  bare: World,
): Promise<{ world: World; bench: CanaryContext | undefined }> {
  try {
    if (input.fresh) {
      await context.workload.refresh(context.canary);
      await context.router.refresh(context.canary);
    }
    return { world: { ...bare, edition: 3, ...(await parts(deps, view, context, input)) }, bench: context };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const pods = await podsOf(deps, context, input);
    const isRefusal = error instanceof ForeignError || error instanceof RefusedError;
    const foreign = isRefusal ? { foreign: true as const } : {};
    return { world: { ...bare, edition: 3, ...pods, problem: messageOf(error), ...foreign }, bench: context };
  }
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
  return canary.metadata.deletionTimestamp !== undefined && hasFinalizer(canary);
}

async function parts(
  deps: Dependencies,
  canaryView: CanaryView,
  context: CanaryContext,
  input: ObserveInput,
): Promise<Partial<World>> {
  const { canary, router, workload } = context;
  const pods = await podsOf(deps, context, input);
  try {
    const view = await workload.look(canary);
    // A release under way isn't held up: it writes nothing that isn't its own.
    if (!isActive(input.standing.phase) && !isDeleting(context.object)) await refuseContested(deps, context);
    const known = input.standing.applied;
    const initialised = input.standing.promoted !== '';
    const generated = await generatedAs(deps, canaryView, context, view, input);
    // What carries the traffic is put right, whatever keeps the route from being told.
    if (generated.problem !== undefined) return { built: view.built, ...pods, ...generated };
    const weights = await router.weights(canary);
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
    // A target that vanishes in mid-release is a reason to roll back; before it, something to mend.
    if (!(error instanceof TargetMissing) || input.standing.weight === 0) throw error;
    return { built: true, ...pods, canary: { ...MISSING, reason: error.message } };
  }
}

/** Before a release starts: whether the API server would take what it writes. */
async function rehearsed(
  deps: Dependencies,
  context: CanaryContext,
  { standing, fence }: ObserveInput,
  { revision, built, sameAsPrimary }: TargetView,
  drift: readonly string[],
): Promise<string | undefined> {
  const { phase, promoted, applied } = standing;
  const mayStart = promoted !== '' && built && (phase === 'Waiting' || !isActive(phase));
  // What isn't as it should be is put right first.
  if (!mayStart || drift.length > 0) return undefined;
  const isNews = !sameAsPrimary && (!applied || !sameRevision(applied, revision));
  return isNews || standing.again ? deps.rehearsals.refusal(context, revision, fence) : undefined;
}

/** How what is generated stands. */
async function generatedAs(
  deps: Dependencies,
  view: CanaryView,
  context: CanaryContext,
  { pods, built }: TargetView,
  { standing }: ObserveInput,
): Promise<Pick<World, 'drift' | 'leftAlone' | 'refusals' | 'problem'>> {
  const unserved = standing.promoted === '';
  // Before a Canary is initialised most of it isn't there yet, and none of that is drift.
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

/** All of the traffic is about to come to the primary: has it the pods? */
async function shortageOf(
  { canary, workload }: CanaryContext,
  { standing }: ObserveInput,
  weights: Weights | undefined,
): Promise<Pick<World, 'short'>> {
  if (standing.phase !== 'Promoting') return {};
  const weight = weights?.canary ?? standing.weight;
  const needed = await podsNeeded({ canary, workload }, weight, standing.undoing?.diverted ?? false);
  return needed > (await workload.size(canary, 'primary')) ? { short: needed } : {};
}

async function ask(
  deps: Dependencies,
  context: CanaryContext,
  s: ReleaseState,
  question: Question,
  inquiry: Inquiry,
): Promise<Partial<Findings>> {
  const { checks } = deps;
  switch (question) {
    case 'providers':
      return { providers: await checks.providers(context, inquiry.signal) };
    case 'analysis':
      return { analysis: await checks.analysis(context, s, inquiry) };
    case 'confirm-rollout':
      return { [question]: await checks.hooks(context, s, question, s.phase, inquiry) };
    case 'rollback':
      return { [question]: await checks.hooks(context, s, question, s.phase, inquiry) };
    case 'pre-rollout':
    case 'confirm-traffic-increase':
    case 'confirm-promotion':
      return { [question]: await checks.hooks(context, s, question, 'Progressing', inquiry) };
  }
}
