import { vacancyOf } from '../canary/lease-guard.js';
import { canaryContext, readCanary, type CanaryView } from '../canary/read.js';
import { parseStatus } from '../crds/status.js';
import type { Dependencies } from '../dependencies.js';
import type { Overseen } from '../domain/aftercare/aftercare.js';
import { isActive } from '../domain/phases.js';
import { FencedError, messageOf, TransientError } from '../errors.js';
import { CANARIES } from '../kube/object.js';
import { userErrorIn } from '../kube/refusals.js';
import { isTerminating } from '../kube/terminating.js';
import { UNDONE, withRegression } from '../kubernetes/status.js';
import { write } from '../kubernetes/write.js';
import { orderRefusedIn } from '../temporal/submissions.js';
import type { AnnounceInput, OverseeInput, Undone, UndoInput } from '../workflows/activities.js';
import { say } from './apply.js';

/** The user on record for an undo that the policy of a Canary orders. */
const JUDGE = 'judgement';

/** Observes a promoted version, for as long as it is the one that serves. */
export async function oversee(deps: Dependencies, input: OverseeInput, signal: AbortSignal): Promise<Overseen> {
  const view = await readCanary(deps, input.canary, true);
  if (!view) return { over: 'the Canary is gone' };
  const over = whyOver(view, input.revision);
  if (over !== undefined) return { over };
  const { began, until, since, ofRelease: release, memory: known } = input;
  return deps.checks.afterPromotion(canaryContext(deps, view), { began, until, since, release, known }, signal);
}

function whyOver({ object, canary }: CanaryView, revision: string): string | undefined {
  if (isTerminating(object)) return 'the Canary is being deleted';
  const { phase, lastPromotedSpec, lastAppliedSpec } = parseStatus(object['status']);
  if (isActive(phase)) return 'another release, or an undo, has begun';
  if (lastPromotedSpec !== revision || phase === 'Failed') return 'the primary runs another version by now';
  if (lastAppliedSpec !== revision) return 'another revision has been seen since';
  if (!canary) return 'the spec is not valid any more';
  return canary.judgement?.watch ? undefined : 'the policy asks for no watch any more';
}

/** Reports the result of the watch on the Canary; also on its condition, while that is still about this version. */
export async function announce(deps: Dependencies, input: AnnounceInput): Promise<void> {
  const { canary, revision, type, message, marked, at } = input;
  const view = await readCanary(deps, canary, true);
  if (!view) return;
  await say(deps, view, { do: 'event', type, message }, at, 0);
  if (!marked || whyOver(view, revision) !== undefined) return;
  const { name, namespace } = canary;
  try {
    await write(
      deps.cache,
      CANARIES,
      { namespace, name },
      (current) => current && withRegression(current, message, at),
      {
        fence: vacancyOf(deps, canary, view),
        subresource: 'status',
      },
    );
  } catch (error) {
    // Another process has taken the Canary over, and writes its condition.
    if (error instanceof FencedError) return;
    if (!userErrorIn(error)) throw error;
    deps.log.error({ canary: `${name}.${namespace}` }, `its condition can't be written: ${messageOf(error)}`);
  }
}

/**
 * Orders an undo on the Canary's own workflow, as a person would: it is refused for the same reasons, and a run of its
 * own carries it out.
 */
export async function undo(deps: Dependencies, input: UndoInput): Promise<Undone> {
  const refused = await refusalOfUndo(deps, input);
  if (refused === undefined) return {};
  // An earlier attempt, whose answer was lost, may have ordered it already.
  const view = await readCanary(deps, input.canary, true);
  const { conditions } = parseStatus(view?.object['status']);
  return conditions.some(({ reason }) => reason === UNDONE) ? {} : { refused };
}

async function refusalOfUndo({ submissions }: Dependencies, input: UndoInput): Promise<string | undefined> {
  const { canary, revision, release, reason, requestId } = input;
  const details = { requestId, by: JUDGE, reason, channel: 'watch', revision } as const;
  try {
    const { receipt } = await submissions.give(canary, 'undo', details, release);
    if (receipt?.handedOn) throw new TransientError('the run that has just ended hands the order on');
    return receipt?.refused;
  } catch (error) {
    const refused = orderRefusedIn(error);
    if (refused !== undefined) return refused;
    throw error;
  }
}
