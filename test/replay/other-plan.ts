// The workflow with a decision that was another one when the histories were recorded: it doesn't wait for pods.
import type { Outcome, RolloutInput } from '../../src/workflows/contract.js';
import { CORE } from '../../src/workflows/driver.js';
import { runRollout } from '../../src/workflows/rollout.js';

export async function rollout(input: RolloutInput): Promise<Outcome> {
  return runRollout(input, {
    ...CORE,
    plan: (state, now) => {
      const next = CORE.plan(state, now);
      return next.do === 'awaitReady' ? { do: 'observe' } : next;
    },
  });
}
