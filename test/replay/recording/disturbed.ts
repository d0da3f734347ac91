import { ApplicationFailure } from '@temporalio/common';
import { V1, V3 } from '../../domain/model.js';
import { heard, policy, STANDSTILL, submitted, unheard, type Scenario } from './scenario.js';

/** Releases in which something happens on the way. */
export const DISTURBED: readonly Scenario[] = [
  {
    name: 'superseded',
    cluster: policy({ intervalSeconds: STANDSTILL }),
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      scene.cluster.target = V1;
      await scene.submit({ revision: 'v1' });
      await scene.ended();
    },
  },
  {
    name: 'restarted',
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      scene.cluster.target = V3;
      await scene.submit({ revision: 'v3' });
      await scene.ended();
    },
  },
  {
    // Two runs: the first has closed when the change is read.
    name: 'followed-by-another',
    play: async (scene) => {
      let late: Promise<void> | undefined;
      scene.cluster.onApply = async ({ lease }) => {
        if (lease.kind !== 'released' || late) return;
        late = scene.submit({ revision: 'v3' });
        scene.cluster.target = V3;
        await new Promise((resolve) => setTimeout(resolve, 300));
      };
      await scene.submit();
      await scene.inPhase('Succeeded');
      await late;
      await scene.ended();
    },
  },
  {
    name: 'slow-pods',
    cluster: (cluster) => (cluster.canaryReady = false),
    play: async (scene) => {
      await scene.submit();
      await scene.said('0 of 1 available');
      scene.cluster.canaryReady = true;
      await scene.ended();
    },
  },
  {
    name: 'failing-writes',
    play: async (scene) => {
      let failures = 2;
      scene.cluster.onApply = ({ effects }) => {
        if (!effects.some((effect) => effect.do === 'weights' && effect.canary > 25) || failures-- <= 0) return;
        throw ApplicationFailure.create({ type: 'UserError', message: 'no such route', nonRetryable: true });
      };
      await submitted(scene);
    },
  },
  {
    name: 'fenced',
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      scene.cluster.shown = { fenced: true };
      await scene.ended();
    },
  },
  {
    name: 'terminated',
    cluster: policy({ intervalSeconds: STANDSTILL, revertOnDeletion: true }),
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      scene.cluster.shown = { deleting: true };
      await scene.submit({ kind: 'deletion' });
      await scene.ended();
    },
  },
  {
    name: 'cancelled',
    cluster: policy({ intervalSeconds: STANDSTILL }),
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      await scene.bench.handle.cancel();
      await scene.ended();
    },
  },
  {
    name: 'cancelled-before-listeners',
    cluster: (cluster) => {
      policy({ intervalSeconds: STANDSTILL })(cluster);
      heard(cluster);
    },
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      await scene.bench.handle.cancel();
      await scene.ended();
    },
  },
  {
    // What could not be delivered goes on in a workflow of its own.
    name: 'not-heard',
    cluster: unheard,
    others: ['delivery'],
    play: async (scene) => {
      await scene.submit();
      const { record } = await scene.bench.handle.result();
      heard(scene.cluster);
      const left = record.find((entry) => entry.what === 'undelivered' && entry.handedTo !== undefined);
      if (left?.what !== 'undelivered' || left.handedTo === undefined) throw new Error('nothing was handed over');
      await scene.bench.client.workflow.getHandle(left.handedTo).result();
      scene.others.set('delivery', left.handedTo);
    },
  },
  {
    // Each pair of update and activity makes the history longer, until the server suggests a new one.
    name: 'continued',
    cluster: policy({
      intervalSeconds: STANDSTILL,
      strategy: { kind: 'canary', stepWeight: 1, maxWeight: 100, stepWeightPromotion: 0 },
    }),
    play: async (scene) => {
      const { handle } = scene.bench;
      await scene.submit();
      await scene.atWeight(1);
      const { runId } = await handle.describe();
      for (let step = 0; (await handle.describe()).runId === runId; step += 1) {
        await scene.order('setWeight', { weight: 2 + (step % 50) });
      }
      await scene.order('abort');
      await scene.ended();
    },
  },
];
