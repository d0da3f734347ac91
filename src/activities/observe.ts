import type { Findings, Question, World } from '../domain/findings.js';
import type { ReleaseState } from '../domain/state.js';
import { tick } from '../domain/decision/tick.js';
import { messageOf, NamespaceEnding, TransientError, type UserError } from '../errors.js';
import { othersFirst } from '../fair-share.js';
import type { LeaseView } from '../kubernetes/lease-object.js';
import type { ObserveInput } from '../workflows/activities.js';
import { readCanary, type CanaryContext, type CanaryView } from '../canary/read.js';
import type { Inquiry } from '../checks/port.js';
import type { Dependencies } from '../dependencies.js';
import { ownedObjects, putFinalizer } from '../canary/generated.js';
import { targetOf } from '../meters/port.js';
import { policyInForce, policyIn } from '../canary/policy.js';
import { isFenced, keepAlive } from '../canary/lease-guard.js';
import { GONE, look } from './world.js';
import {
  CANARIES,
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  LEASES,
  METRIC_TEMPLATES,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  type ResourceType,
} from '../kube/object.js';
import { isTerminating } from '../kube/terminating.js';

/**
 * Observes the world once. The core decides which webhooks and metrics to ask, and in which order: it gets the findings
 * so far until it has no further question.
 */
export function observe(deps: Dependencies, input: ObserveInput, signal: AbortSignal): Promise<Findings> {
  const { namespace, name } = input.canary;
  return deps.share.for(`${namespace}/${name}`, async () => {
    await othersFirst(signal);
    return exceeding(deps, input, await lookAround(deps, input, signal));
  });
}

/** A Canary that takes more of the worker than its share is observed later, and its users are informed. */
function exceeding({ share, log, meters }: Dependencies, { canary }: ObserveInput, findings: Findings): Findings {
  const { namespace, name } = canary;
  const key = `${namespace}/${name}`;
  if (!share.isExceeded(key)) return findings;
  const { world } = findings;
  if (world.gone || world.fenced) return findings;
  const why = `what ${name}.${namespace} asks for takes more of the worker than its share: it is looked at later than others`;
  if (share.overuseToReport(key) !== undefined) {
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
  if (refusal instanceof NamespaceEnding && isTerminating(view.object)) {
    // All of it is being deleted, and our finalizer must not block the namespace.
    await putFinalizer(deps.cache, input.canary, false, undefined);
    return { world: GONE };
  }
  const { world: seen, bench: context } = await look(deps, view, input, signal);
  const world = withComplaints(deps, context, refusal ? withoutLease(seen, refusal) : seen);
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
    // Webhooks and metrics may each take their time.
    if (step.do === 'ask') await keepAlive(deps, { ...view, lease: await leaseOf(deps, input) }, input);
    if (step.do !== 'ask' || !context) return counted(deps, view, findings, began);
    findings = { ...findings, ...(await ask(deps, context, asked, step.question, inquiry)) };
  }
}

/** Name of an observation, the same wherever it is computed. */
export function lookOf(input: ObserveInput): string {
  const { cluster, namespace, name } = input.canary;
  return `look at ${cluster}/${namespace}/${name} ${input.holder ?? ''} ${occasionOf(input)}`;
}

function occasionOf({ fence: { epoch, seq }, look, asOf }: ObserveInput): string {
  return `${epoch}.${seq}/${look ?? asOf}`;
}

/**
 * The Lease can't be renewed: that is reported, and no drift is corrected, since attempts could not be remembered in
 * the Lease. A rollback corrects what it needs itself.
 */
function withoutLease(world: World, refusal: UserError): World {
  if (refusal instanceof NamespaceEnding) return { ...world, drift: [] };
  const { leftAlone = [], refusals = [] } = world;
  const why = messageOf(refusal);
  return { ...world, drift: [], leftAlone: [...leftAlone, why], refusals: [...refusals, why] };
}

/** What this process can't follow for the want of a right is told as long as that is so: it may go by what is old. */
function withComplaints({ cache }: Dependencies, context: CanaryContext | undefined, world: World): World {
  const owned = context ? kindsOf(context) : [];
  const { leftAlone = [], refusals = [], problem = '' } = world;
  const complaints = cache.complaints([...FOLLOWED, ...owned]).filter((why) => !problem.includes(why));
  if (complaints.length === 0) return world;
  return { ...world, leftAlone: [...leftAlone, ...complaints], refusals: [...refusals, ...complaints] };
}

function kindsOf(context: CanaryContext): readonly ResourceType[] {
  const { canary, workload, router } = context;
  const sources = canary.analysis.metrics.flatMap((metric) => metric.sources);
  return [
    workload.type,
    ...router.watches,
    ...ownedObjects(context).map(({ type }) => type),
    ...(sources.some(({ kind }) => kind === 'template') ? [METRIC_TEMPLATES] : []),
  ];
}

/** Kinds that concern every Canary, besides those of what is generated for it. */
const FOLLOWED = [CANARIES, LEASES, CONFIG_MAPS, SECRETS, POD_DISRUPTION_BUDGETS, ENDPOINT_SLICES];

/**
 * Another process holds the Lease.
 *
 * @throws TransientError while the dead-man's switch is rolling this very release back: the result belongs into the
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
