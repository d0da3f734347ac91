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

/** Takes the Canary's Lease, which fences every earlier run off, and reads the status that the last run left. */
export async function begin(deps: Dependencies, input: BeginInput): Promise<Begun> {
  const view = await readCanary(deps, input.canary, true);
  if (!view) return { gone: true };
  const interval = view.canary?.analysis.intervalSeconds ?? 0;
  const term = { kind: 'seconds', ...patienceOf(input.leaseSeconds, interval) } as const;
  try {
    const taking = { spec: keptSpec(view), stamp: await newestStamp(deps, view, { fresh: false }) };
    const by = { owner: leaseOwner(input.canary, view.object), holder: input.holder, term };
    const { fence, refusal } = await takeOver(deps, view, by, taking);
    // Traffic away from the primary, or a Canary under deletion, needs a return to the primary even without a Lease;
    // everything else needs one.
    if (refusal && (refusal instanceof NamespaceEnding || !mustComeHome(view))) throw refusal;
    return {
      epoch: fence.epoch,
      ...takeoverOf(view.object),
      uid: view.object.metadata.uid,
      archives: deps.archive !== undefined,
    };
  } catch (error) {
    if (!(error instanceof NamespaceEnding)) throw await said(deps, view, error);
    // The changes to revert are deleted as well, and our finalizer must not block the namespace.
    if (isTerminating(view.object)) await putFinalizer(deps.cache, input.canary, false, undefined);
    return { gone: true };
  }
}

/** Name of a run's beginning, the same wherever it is computed. */
export function beginningOf({ holder }: BeginInput): string {
  return `begin ${holder}`;
}

function mustComeHome({ object }: CanaryView): boolean {
  return isTerminating(object) || isActive(parseStatus(object['status']).phase);
}

/** How often the report that the Lease can't be taken is repeated. */
const REPEAT_MS = 600_000;

/**
 * Without its Lease a run can do nothing, so it retries until it has one; where a user must fix something first an
 * Event says so.
 *
 * @returns the error to throw
 */
async function said(deps: Dependencies, view: CanaryView, error: unknown): Promise<unknown> {
  const refusal = userErrorIn(error);
  if (!refusal) return error;
  // Equal times make equal Events, however many attempts record one.
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
