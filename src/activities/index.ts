import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { TransientError } from '../errors.js';
import type { Activities, RegisteredActivities } from '../workflows/activities.js';
import { apply } from './apply.js';
import { archive } from './archive.js';
import { awaitReady } from './await-ready.js';
import { begin, beginningOf } from './begin.js';
import { callHooks } from './call-hooks.js';
import { deliver } from '../notifications/deliver.js';
import { DeadRuns } from '../archive/release/dead-runs.js';
import type { Dependencies } from '../dependencies.js';
import { toFailure } from './failures.js';
import type { Meters } from '../meters/port.js';
import { announce, oversee, undo } from './aftercare.js';
import { loadTest } from './load-test.js';
import { lookOf, observe } from './observe.js';
import { readRestoreOptions } from './restore-options.js';
import { rollBack } from './rollback.js';
import { sweep } from './sweep.js';
import { isUnfinished, UnderWay } from './under-way.js';

/** Activities of a release: their workflow reports refusals by the API server, and observes again. */
const LOOKED_AFTER: ReadonlySet<string> = new Set<keyof Activities>(['observe', 'awaitReady', 'apply', 'rollBack']);

/** How often an activity sends a heartbeat; the SDK decides how many reach the server. */
const HEARTBEAT_MS = 1_000;

/** The activities of a worker, bound to what they need. */
export function createActivities(deps: Dependencies, client: Client): RegisteredActivities {
  const signal = (): AbortSignal => Context.current().cancellationSignal;
  const dead = new DeadRuns(deps, client);
  const underWay = new UnderWay();
  return everyActivity(deps.meters, {
    begin: (input, withinMs) =>
      underWay.do(beginningOf(input), () => begin(deps, input), { signal: signal(), withinMs }),
    observe: (input, withinMs) =>
      underWay.do(lookOf(input), (until) => observe(deps, input, until), { signal: signal(), withinMs }),
    recall: (input) => readRestoreOptions(deps, input.canary),
    apply: (input) => apply(deps, input, signal()),
    rollBack: async (input) => {
      const rolledBack = await rollBack(deps, input, signal());
      deps.meters.rolledBack('release');
      return rolledBack;
    },
    awaitReady: (input) => awaitReady(deps, input, signal()),
    callHooks: (input) => callHooks(deps, input, signal()),
    deliver: (input) => deliver(deps, input, signal()),
    archive: (input) => archive(deps, client, input),
    loadTest: (input) =>
      untilCancelled(() => loadTest(deps, input, signal(), heartbeat, Context.current().info.heartbeatDetails)),
    oversee: (input) => oversee(deps, input, signal()),
    announce: (input) => announce(deps, input),
    undo: (input) => undo(deps, input),
    sweep: () => sweep(deps, { client, dead, askedAt: Context.current().info.scheduledTimestampMs }),
  });
}

/** The last progress reported by each attempt. A heartbeat without it would erase it for the next attempt. */
const lastHeartbeats = new WeakMap<Context, unknown>();

/** Reports the activity's progress to Temporal, for people who look and for the next attempt. */
function heartbeat(progress: unknown): void {
  const context = Context.current();
  lastHeartbeats.set(context, progress);
  context.heartbeat(progress);
}

/**
 * For an action that, when cancelled, returns what it has so far: a result if the workflow cancelled it. If only this
 * worker shuts down, another attempt continues.
 *
 * @throws TransientError where the cancellation doesn't come from the workflow
 */
async function untilCancelled<T>(action: () => Promise<T>): Promise<T> {
  const result = await action();
  const { cancellationSignal, cancellationDetails } = Context.current();
  if (cancellationSignal.aborted && cancellationDetails?.cancelRequested !== true) {
    throw new TransientError('this worker was stopped in the middle');
  }
  return result;
}

/** What all activities share: heartbeats, metrics, and distinguished errors. */
function everyActivity(meters: Meters, activities: RegisteredActivities): RegisteredActivities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      const context = Context.current();
      const beat = beating(context);
      const began = performance.now();
      let outcome: Parameters<Meters['attempted']>[1] | 'goes on' = 'completed';
      try {
        const result = await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
        if (isUnfinished(result)) outcome = 'goes on';
        return result;
      } catch (error) {
        outcome = context.cancellationSignal.aborted ? 'cancelled' : 'failed';
        throw toFailure(error, LOOKED_AFTER.has(name) ? 'final' : 'retried');
      } finally {
        clearInterval(beat);
        if (outcome !== 'goes on') meters.attempted(name, outcome, (performance.now() - began) / 1000);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as RegisteredActivities;
}

/** Sends heartbeats. A local activity needs none: it lives and dies with its workflow task. */
function beating(context: Context): NodeJS.Timeout | undefined {
  if (context.info.isLocal) return undefined;
  return setInterval(
    () => context.heartbeat(lastHeartbeats.get(context) ?? context.info.heartbeatDetails),
    HEARTBEAT_MS,
  );
}
