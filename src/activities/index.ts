import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Activities } from '../workflows/activities.js';
import { apply } from './apply.js';
import { awaitReady } from './await-ready.js';
import { begin } from './begin.js';
import { callHooks } from './call-hooks.js';
import { deliver } from './deliver.js';
import type { Dependencies } from './dependencies.js';
import { toFailure } from './failures.js';
import type { Meters } from './meters.js';
import { loadTest } from './load-test.js';
import { observe } from './observe.js';
import { rollBack } from './rollback.js';
import { sweep } from './sweep.js';

/** How often an activity says that it is alive; what of that reaches the server, the SDK decides. */
const HEARTBEAT_MS = 1_000;

/** The activities of a worker, bound to what they need. */
export function createActivities(deps: Dependencies, client: Client): Activities {
  const signal = (): AbortSignal => Context.current().cancellationSignal;
  return everyActivity(deps.meters, {
    begin: (input) => begin(deps, input),
    observe: (input) => observe(deps, input, signal()),
    apply: (input) => apply(deps, input, signal()),
    rollBack: async (input) => {
      const rolledBack = await rollBack(deps, input, signal());
      deps.meters.rolledBack('release');
      return rolledBack;
    },
    awaitReady: (input) => awaitReady(deps, input, signal()),
    callHooks: (input) => callHooks(deps, input, signal()),
    deliver: (input) => deliver(deps, input, signal()),
    loadTest: (input) => loadTest(deps, input, signal(), (progress) => Context.current().heartbeat(progress)),
    sweep: () => sweep(deps, client),
  });
}

/** What all activities have in common: they are known to be alive, counted, and their errors are told apart. */
function everyActivity(meters: Meters, activities: Activities): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      const began = performance.now();
      let outcome: Parameters<Meters['attempted']>[1] = 'completed';
      try {
        return await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        outcome = context.cancellationSignal.aborted ? 'cancelled' : 'failed';
        throw toFailure(error);
      } finally {
        clearInterval(beat);
        meters.attempted(name, outcome, (performance.now() - began) / 1000);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}
