// The workflow with a timer that wasn't there when the histories were recorded: what a careless change looks like.
import { sleep } from '@temporalio/workflow';
import type { Outcome, RolloutInput } from '../../src/workflows/contract.js';
import { CORE } from '../../src/workflows/driver.js';
import { runRollout } from '../../src/workflows/rollout.js';

export async function rollout(input: RolloutInput): Promise<Outcome> {
  await sleep('1s');
  return runRollout(input, CORE);
}
