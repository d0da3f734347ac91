import { JANITOR, taskQueueOf } from '../../../src/workflows/contract.js';
import { ALONE } from './alone.js';
import { DISTURBED } from './disturbed.js';
import type { Scenario } from './scenario.js';
import { STEERED } from './steered.js';

const SWEEP: Scenario = {
  name: 'janitor',
  play: async ({ bench }) => {
    const { cluster } = bench.canary;
    await bench.client.workflow.execute(JANITOR, {
      workflowId: bench.handle.workflowId,
      taskQueue: taskQueueOf(cluster),
    });
  },
};

/** All that is recorded. */
export const SCENARIOS: readonly Scenario[] = [...ALONE, ...DISTURBED, ...STEERED, SWEEP];
