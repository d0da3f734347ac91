import {
  condition,
  makeContinueAsNewFunc,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  orderUpdates,
  searchAttributes,
  stateQuery,
  type OrderReceipt,
  type RolloutInput,
} from '../../../src/workflows/contract.js';

/**
 * Stands in for a release that is so long that it continues as new: it does with every `pause`. With `resume` its
 * release ends, and the next run is about another one; `abort` ends the last.
 */
export async function rollout(input: RolloutInput): Promise<string> {
  let next: 'goes on' | 'ends' | 'aborts' | undefined;
  setHandler(stateQuery, () => ({ state: undefined, waitsFor: `run ${workflowInfo().runId}`, ended: false }));
  const on = (order: 'pause' | 'resume' | 'abort', then: typeof next): void =>
    setHandler(orderUpdates[order], (): OrderReceipt => {
      next = then;
      return { taken: true, phase: 'Progressing', weight: 10 };
    });
  on('pause', 'goes on');
  on('resume', 'ends');
  on('abort', 'aborts');
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: null }]);
  await condition(() => next !== undefined);
  if (next === 'aborts') return 'aborted';
  if (next === 'ends') upsertSearchAttributes([{ key: searchAttributes.outcome, value: 'promoted' }]);
  return makeContinueAsNewFunc<typeof rollout>({ memo: workflowInfo().memo ?? {} })(input);
}
