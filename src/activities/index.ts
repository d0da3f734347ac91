import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Activities } from '../workflows/activities.js';
import { apply } from './apply.js';
import { awaitReady } from './await-ready.js';
import { begin } from './begin.js';
import { callHooks } from './call-hooks.js';
import type { Dependencies } from './dependencies.js';
import { toFailure } from './failures.js';
import { loadTest } from './load-test.js';
import { observe } from './observe.js';
import { rollBack } from './rollback.js';
import { sweep } from './sweep.js';

/** How often an activity says that it is alive; what of that reaches the server, the SDK decides. */
const HEARTBEAT_MS = 1_000;

/** The activities of a worker, bound to what they need. */
export function createActivities(deps: Dependencies, client: Client): Activities {
  const signal = (): AbortSignal => Context.current().cancellationSignal;
  return everyActivity({
    begin: (input) => begin(deps, input),
    observe: (input) => observe(deps, input, signal()),
    apply: (input) => apply(deps, input, signal()),
    rollBack: (input) => rollBack(deps, input, signal()),
    awaitReady: (input) => awaitReady(deps, input, signal()),
    callHooks: (input) => callHooks(deps, input, signal()),
    loadTest: (input) => loadTest(deps, input, signal(), (progress) => Context.current().heartbeat(progress)),
    sweep: () => sweep(deps, client),
  });
}

/** What all activities have in common: they are known to be alive, and their errors are told apart. */
function everyActivity(activities: Activities): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        return await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw toFailure(error);
      } finally {
        clearInterval(beat);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}
