import type { FakeCluster } from '../../harness/temporal/fake-cluster.js';
import { policy, STANDSTILL, type Scenario } from './scenario.js';

/** Releases that people steer, by update and by signal. */
export const STEERED: readonly Scenario[] = [
  {
    name: 'aborted',
    cluster: policy({ intervalSeconds: STANDSTILL }),
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      await scene.order('abort');
      await scene.ended();
    },
  },
  {
    // An order that comes while somebody looks: the look is given up.
    name: 'aborted-while-looking',
    play: async (scene) => {
      const asked = new Promise<void>((resolve) => {
        scene.cluster.analysis = async () => {
          resolve();
          await new Promise((later) => setTimeout(later, 2_000));
          return { hooks: [], metrics: [] };
        };
      });
      await scene.submit();
      await asked;
      await scene.order('abort');
      await scene.ended();
    },
  },
  {
    name: 'rejected',
    cluster: gated,
    play: async (scene) => {
      await scene.submit();
      await scene.inPhase('Waiting');
      await scene.order('approve');
      await scene.inPhase('WaitingPromotion');
      await scene.order('reject');
      await scene.ended();
    },
  },
  {
    name: 'approved',
    cluster: gated,
    play: async (scene) => {
      await scene.submit();
      await scene.inPhase('Waiting');
      await scene.signal('approve');
      await scene.inPhase('WaitingPromotion');
      await scene.order('approve', { gate: 'confirm-promotion' });
      await scene.ended();
    },
  },
  {
    name: 'opened-gate',
    cluster: gated,
    play: async (scene) => {
      await scene.submit();
      await scene.inPhase('Waiting');
      scene.cluster.gates = () => ({ results: [{ hook: 'ask', ok: true }] });
      await scene.submit({ kind: 'gate' });
      await scene.ended();
    },
  },
  {
    name: 'paused-and-resumed',
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      await scene.order('pause');
      await scene.signal('resume');
      await scene.ended();
    },
  },
  {
    name: 'promoted-by-order',
    cluster: policy({ intervalSeconds: STANDSTILL }),
    play: async (scene) => {
      await scene.submit();
      await scene.atWeight(25);
      await scene.order('setWeight', { weight: 35 });
      await scene.order('promote');
      await scene.ended();
    },
  },
];

function gated(cluster: FakeCluster): void {
  policy({ hooks: { 'confirm-rollout': ['ask'], 'confirm-promotion': ['ask'] } })(cluster);
  cluster.gates = () => ({ results: [{ hook: 'ask', ok: false }] });
}
