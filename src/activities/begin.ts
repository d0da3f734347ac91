import { parseStatus } from '../crds/status.js';
import type { Takeover } from '../domain/initial.js';
import { isActive } from '../domain/phases.js';
import { patienceOf } from '../domain/silence/silence.js';
import { NamespaceEnding, TransientError } from '../errors.js';
import type { KubeObject } from '../kube/object.js';
import { userErrorIn } from '../kube/refusals.js';
import { isTerminating } from '../kube/terminating.js';
import { INVALID_SPEC, REFUSED, REGRESSED } from '../kubernetes/status.js';
import type { BeginInput, Begun } from '../workflows/activities.js';
import { mark, say } from './apply.js';
import { keptSpec, readCanary, type CanaryView } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { putFinalizer } from '../canary/generated.js';
import { newestStamp } from '../canary/stamps.js';
import { leaseOwner, takeOver } from '../canary/lease-guard.js';

/** Takes the Canary's Lease, which shuts every earlier run out, and reads what the last run left in its status. */
export async function begin(deps: Dependencies, input: BeginInput): Promise<Begun> {
  const view = await readCanary(deps, input.canary, true);
  if (!view) return { gone: true };
  const interval = view.canary?.analysis.intervalSeconds ?? 0;
  const term = { kind: 'seconds', ...patienceOf(input.leaseSeconds, interval) } as const;
  try {
    const taking = { spec: keptSpec(view), stamp: await newestStamp(deps, view, { fresh: false }) };
    const by = { owner: leaseOwner(input.canary, view.object), holder: input.holder, term };
    const { fence, refusal } = await takeOver(deps, view, by, taking);
    // Traffic that is away, or has to be given back, comes home whatever its Lease says: nothing else is done without it.
    if (refusal && (refusal instanceof NamespaceEnding || !mustComeHome(view))) throw refusal;
    return {
      epoch: fence.epoch,
      ...takeoverOf(view.object),
      uid: view.object.metadata.uid,
      archives: deps.archive !== undefined,
    };
  } catch (error) {
    if (!(error instanceof NamespaceEnding)) throw await said(deps, view, error);
    // What would be given back goes as well, and our finalizer must not hold the namespace up.
    if (isTerminating(view.object)) await putFinalizer(deps.cache, input.canary, false, undefined);
    return { gone: true };
  }
}

/** Names the beginning of a run, wherever it is asked for. */
export function beginningOf({ holder }: BeginInput): string {
  return `begin ${holder}`;
}

function mustComeHome({ object }: CanaryView): boolean {
  return isTerminating(object) || isActive(parseStatus(object['status']).phase);
}

/** How often it is said again that the Lease can't be taken. */
const REPEAT_MS = 600_000;

/**
 * Without its Lease a run can't do anything, so it is tried until it works; but people are told where somebody must mend
 * something first.
 *
 * @returns what is to be thrown
 */
async function said(deps: Dependencies, view: CanaryView, error: unknown): Promise<unknown> {
  const refusal = userErrorIn(error);
  if (!refusal) return error;
  // The same time makes the same Event, however many attempts say it.
  const at = Math.floor(deps.now() / REPEAT_MS) * REPEAT_MS;
  const { message } = refusal;
  await say(deps, view, { do: 'event', type: 'Warning', message }, at, 0);
  await mark(deps, view, { do: 'condition', message, refused: true }, at, undefined);
  return new TransientError(message);
}

function takeoverOf(canary: KubeObject): Omit<Takeover, 'epoch' | 'uid' | 'archives'> {
  const status = parseStatus(canary['status']);
  const {
    phase,
    canaryWeight,
    failedChecks,
    iterations,
    lastAppliedSpec,
    lastPromotedSpec,
    trackedConfigs,
    conditions,
  } = status;
  return {
    phase,
    weight: canaryWeight,
    failedChecks,
    iterations,
    applied: lastAppliedSpec === '' ? undefined : { hash: lastAppliedSpec, configs: trackedConfigs },
    promoted: lastPromotedSpec,
    markedInvalid: conditions.some((condition) => condition.reason === INVALID_SPEC || condition.reason === REFUSED),
    ...(conditions.some(({ reason }) => reason === REGRESSED) ? { regressed: true } : {}),
  };
}
