import { setTimeout as sleep } from 'node:timers/promises';
import { parseStatus } from '../crds/status.js';
import type { Effect, StatusEffect } from '../domain/decision/effects.js';
import { isAvailable } from '../domain/findings.js';
import { messagesFor } from '../domain/notices/messages.js';
import { messageOf, TransientError, UserError } from '../errors.js';
import type { LeaseClaim } from '../kubernetes/claim.js';
import type { Renewal } from '../kubernetes/lease.js';
import type { RollBackInput, RolledBack } from '../workflows/activities.js';
import { say } from './apply.js';
import { readCanary, canaryContext, type CanaryView, type CanaryContext } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { drain, undrained } from '../canary/drain.js';
import { comeHome } from '../canary/home.js';
import { dropBaseline } from '../canary/baseline/baseline.js';
import { remembering } from './said.js';
import { writeStatus } from '../canary/status.js';
import { claimOf, termsOf } from '../canary/lease-guard.js';
import { isDiverted, pointBack } from '../canary/warm.js';

/** Longest wait of one attempt for the primary of an undo that was interrupted; shorter than an attempt may last. */
const PATIENCE_MS = 40_000;
const POLL_MS = 100;
/** Positions of a rollback's events, after those recorded before it. */
const REASON_INDEX = 90;
/** The last of the ten positions that there are. */
const UNDRAINED_INDEX = REASON_INDEX + 9;
/** Most events for problems on the way home: there are two before them, and one behind. */
const MOST_PROBLEMS = 7;

/**
 * Moves all traffic to the primary and stops the canary. It needs only the Canary's name and a fence, has the same
 * result however often it runs, and moves traffic first: other steps that fail are retried afterwards.
 *
 * Where the primary has no pod that serves and the canary has, traffic goes to the canary instead: a rollback must not
 * end in an outage.
 *
 * @throws FencedError where a newer run holds the Canary
 */
export async function rollBack(deps: Dependencies, input: RollBackInput, signal: AbortSignal): Promise<RolledBack> {
  const { servedBy, refusal } = await takeHome(deps, input, signal, true);
  if (refusal) throw refusal;
  return { servedBy };
}

/**
 * The same for a caller that can't wait for the Lease to be writable: traffic has returned, and the status says so.
 *
 * @param mayDelete whether this process may remove a baseline; one that may not stops it, and the janitor removes it
 * @returns what keeps the Lease from recording the end of the release
 * @throws FencedError where a newer run holds the Canary
 */
export async function takeHome(
  deps: Dependencies,
  input: RollBackInput,
  signal: AbortSignal,
  mayDelete = false,
): Promise<RolledBack & { readonly refusal?: UserError | undefined }> {
  const view = await readCanary(deps, input.canary, true);
  if (!view) return { servedBy: 'primary' };
  const { term, release } = termsOf(input, deps.settings.leaseSeconds);
  const fence = claimOf(deps, input, view);
  const refusal = await fence.stand(term);
  const context = canaryContext(deps, view);
  const { servedBy, restored } = await remembering((said) =>
    retreat(deps, view, context, { input, fence, said, mayDelete }, signal),
  );
  const status = input.status ?? (await statusFromCluster(view, context));
  const canaryWeight = servedBy === 'canary' ? 100 : 0;
  const failed = { ...status, ...promotedAs(restored), phase: 'Failed', canaryWeight } as const;
  // The refusal on the condition stays until the next status.
  if (!refusal || !isShown(view, failed)) await writeStatus(deps, view, failed, input.at, fence);
  if (refusal) return { servedBy, refusal };
  if (release) await fence.renew({ kind: 'released' }, { ...release, ...wordOf(input, servedBy) });
  return { servedBy };
}

function isShown({ object }: CanaryView, { phase, canaryWeight }: StatusEffect): boolean {
  const shown = parseStatus(object['status']);
  return shown.phase === phase && shown.canaryWeight === canaryWeight;
}

interface Retreat {
  readonly input: RollBackInput;
  readonly fence: LeaseClaim;
  /** Messages recorded so far. */
  readonly said: string[];
  readonly mayDelete: boolean;
}

async function retreat(
  deps: Dependencies,
  view: CanaryView,
  context: CanaryContext,
  { input, fence, said, mayDelete }: Retreat,
  signal: AbortSignal,
): Promise<RolledBack & { readonly restored: string | undefined }> {
  said.push(...(await report(deps, view, input, input.reason, REASON_INDEX)));
  const diverted = await isDiverted(deps.cache, context);
  let restored: string | undefined;
  if (diverted) {
    // An undo was interrupted while warm pods of the former version serve: they do, until the primary can.
    restored = await context.workload.restore(context.canary, fence);
    await untilPrimaryServes(deps, context, signal);
  }
  const { servedBy, problems } = await comeHome(deps, context, fence, signal);
  for (const [i, problem] of severally(problems).entries())
    said.push(...(await report(deps, view, input, problem, REASON_INDEX + 2 + i)));
  if (!diverted) restored = await context.workload.restore(context.canary, fence);
  said.push(...(await report(deps, view, input, failedMessage(input, servedBy), REASON_INDEX + 1)));
  if (servedBy === 'primary' || (await context.workload.baseline?.find(context.canary)))
    if (!(await drain(context.router, context.canary, signal)))
      said.push(...(await report(deps, view, input, undrained(context.canary), UNDRAINED_INDEX)));
  if (servedBy === 'primary') {
    await pointBack(deps.cache, context, fence);
    await context.workload.scaleDown(context.canary, fence);
  }
  await context.workload.baseline?.stop(context.canary, fence);
  if (mayDelete) await dropBaseline(deps.cache, context, fence);
  return { servedBy, restored };
}

/** One event per problem, as long as there are positions: several problems in one event would be too long to read. */
function severally(problems: readonly string[]): readonly string[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  const rest = problems.slice(MOST_PROBLEMS - 1);
  return [...problems.slice(0, MOST_PROBLEMS - 1), rest.join('; ')];
}

/** The result, for the run that was fenced off. */
function wordOf({ of, reason, at }: RollBackInput, servedBy: RolledBack['servedBy']): Renewal {
  return of === undefined ? {} : { retreat: { of, done: { reason, servedBy, at } } };
}

/** The version restored in the primary counts as promoted. */
function promotedAs(restored: string | undefined): { readonly lastPromotedSpec?: string } {
  return restored === undefined ? {} : { lastPromotedSpec: restored };
}

/**
 * Waits until the primary has rolled out the restored version, or no warm pods are there that could serve meanwhile.
 *
 * @throws TransientError where that takes long: the next attempt continues the wait
 */
async function untilPrimaryServes(
  deps: Dependencies,
  { canary, workload }: CanaryContext,
  signal: AbortSignal,
): Promise<void> {
  const until = deps.now() + PATIENCE_MS;
  for (;;) {
    const now = deps.now();
    if ((await workload.readiness(canary, 'primary', now)).ready) return;
    const warm = await workload.warm?.readiness(canary, now);
    if (!warm || !isAvailable(warm)) return;
    if (now > until)
      throw new TransientError(
        `the primary of ${canary.name} does not serve its former version yet: the warm pods of that version do`,
      );
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function report(
  deps: Dependencies,
  view: CanaryView,
  input: RollBackInput,
  message: string,
  position: number,
): Promise<readonly string[]> {
  const index = input.fence.seq * 100;
  const events = position === REASON_INDEX ? input.before : [];
  const said: string[] = [];
  const once = async (effect: Effect & { do: 'event' }, at: number): Promise<void> => {
    if (input.told?.includes(effect.message)) return;
    await say(deps, view, effect, input.at, at);
    said.push(effect.message);
  };
  try {
    for (const [i, effect] of events.entries()) if (effect.do === 'event') await once(effect, index + i);
    await once({ do: 'event', type: 'Warning', message }, index + position);
  } catch (error) {
    // An Event that can't be recorded must not keep traffic on a bad version.
    deps.log.error(
      { canary: `${input.canary.name}.${input.canary.namespace}` },
      `recording an event failed: ${messageOf(error)}`,
    );
  }
  return said;
}

function failedMessage(input: RollBackInput, servedBy: 'primary' | 'canary'): string {
  const say = messagesFor({ canary: input.canary, policy: undefined });
  return servedBy === 'primary' ? say.failed : say.failedServing;
}

/** For a rollback without the run's state: the target's revision is the failed one. */
async function statusFromCluster(
  view: CanaryView,
  context: CanaryContext,
): Promise<NonNullable<RollBackInput['status']>> {
  const {
    lastPromotedSpec = '',
    lastAppliedSpec = '',
    trackedConfigs = {},
  } = (view.object['status'] ?? {}) as StoredRevisions;
  const base = { phase: 'Failed', canaryWeight: 0, failedChecks: 0, iterations: 0, lastPromotedSpec } as const;
  try {
    const { revision } = await context.workload.look(context.canary);
    return { ...base, lastAppliedSpec: revision.hash, trackedConfigs: revision.configs };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...base, lastAppliedSpec, trackedConfigs };
  }
}

interface StoredRevisions {
  readonly lastPromotedSpec?: string;
  readonly lastAppliedSpec?: string;
  readonly trackedConfigs?: Readonly<Record<string, string>>;
}
