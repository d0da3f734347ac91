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

/** The activities of a worker, bound to what they need. */
export function createActivities(deps: Dependencies, client: Client): Activities {
  const signal = (): AbortSignal => Context.current().cancellationSignal;
  const heartbeat = (details?: unknown): void => Context.current().heartbeat(details);
  return mapErrors({
    begin: (input) => begin(deps, input),
    observe: (input) => observe(deps, input, signal()),
    apply: (input) => apply(deps, input, signal()),
    rollBack: (input) => rollBack(deps, input, signal()),
    awaitReady: (input) => awaitReady(deps, input, signal(), heartbeat),
    callHooks: (input) => callHooks(deps, input, signal(), heartbeat),
    loadTest: (input) => loadTest(deps, input, signal(), heartbeat),
    sweep: () => sweep(deps, client, heartbeat),
  });
}

function mapErrors(activities: Activities): Activities {
  const mapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(mapped) as Activities;
}
