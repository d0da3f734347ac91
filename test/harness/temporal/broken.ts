// Workflows with a bug in them, for the test of the guard: the core throws when the canary has traffic.
import type { RolloutInput, Outcome } from '../../../src/workflows/contract.js';
import { CORE } from '../../../src/workflows/driver.js';
import { runRollout } from '../../../src/workflows/rollout.js';

export async function rollout(input: RolloutInput): Promise<Outcome> {
  return runRollout(input, {
    ...CORE,
    plan: (state, now) => {
      if (state.weight > 0) (undefined as unknown as { boom: () => void }).boom();
      return CORE.plan(state, now);
    },
  });
}
