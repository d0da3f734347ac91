import { ApplicationFailure } from '@temporalio/common';
import type { Analysis } from '../../src/domain/findings.js';
import type { Policy } from '../../src/domain/policy.js';
import { JANITOR, taskQueueOf } from '../../src/workflows/contract.js';
import { V1, V3 } from '../../test/domain/model.js';
import type { FakeCluster } from '../../test/workflows/fake-cluster.js';
import type { Scene } from './scene.js';

/** A release whose history is recorded; its name is the file's. */
export interface Scenario {
  readonly name: string;
  /** The cluster before the release, where it isn't an initialised Canary with a new revision. */
  readonly cluster?: (cluster: FakeCluster) => void;
  /** From submitting a change until the run has ended. */
  readonly play: (scene: Scene) => Promise<void>;
  /** What is recorded is a workflow with a bug in it. */
  readonly broken?: true;
}

/** Longer than any recording takes: nothing moves on unless somebody makes it. */
const STANDSTILL = 600;

const policy =
  (change: Partial<Policy>) =>
  (cluster: FakeCluster): void =>
    void (cluster.policy = { ...cluster.policy, ...change });

const failing = (providerError?: true): Analysis => ({
  hooks: [],
  metrics: [
    {
      metric: 'request-success-rate',
      ok: false,
      min: 99,
      message: 'Halt',
      ...(providerError ? { providerError } : {}),
    },
  ],
});

async function submitted(scene: Scene): Promise<void> {
  await scene.submit();
  await scene.ended();
}

/** Releases that nobody steers. */
const ALONE: readonly Scenario[] = [
  {
    name: 'initialized',
    cluster: (cluster) => {
      cluster.status = { ...cluster.status, phase: '', applied: undefined, promoted: '' };
      cluster.target = V1;
    },
    play: submitted,
  },
  { name: 'promoted', play: submitted },
  { name: 'promoted-in-steps', cluster: inSteps, play: submitted },
  { name: 'promoted-without-analysis', cluster: policy({ skipAnalysis: true }), play: submitted },
  {
    name: 'promoted-with-webhooks',
    cluster: (cluster) => {
      policy({ hooks: { 'pre-rollout': ['smoke'], rollback: ['stop'], 'post-rollout': ['report'] } })(cluster);
      cluster.gates = (question) => ({ results: [{ hook: question, ok: question !== 'rollback' }] });
    },
    play: submitted,
  },
  { name: 'promoted-under-load', cluster: policy({ loadTests: ['load'] }), play: submitted },
  {
    name: 'promoted-by-iterations',
    cluster: policy({ strategy: { kind: 'ab', iterations: 2, stepWeightPromotion: 0 } }),
    play: submitted,
  },
  {
    name: 'promoted-from-mirror',
    cluster: policy({ strategy: { kind: 'blueGreen', iterations: 2, stepWeightPromotion: 0, mirror: true } }),
    play: submitted,
  },
  { name: 'rolled-back-by-metrics', cluster: (cluster) => (cluster.analysis = () => failing()), play: submitted },
  {
    name: 'rolled-back-without-judgement',
    cluster: (cluster) => {
      policy({ threshold: 1 })(cluster);
      cluster.analysis = () => failing(true);
    },
    play: submitted,
  },
  {
    name: 'rolled-back-after-death',
    cluster: (cluster) => {
      cluster.status = { ...cluster.status, phase: 'Progressing', weight: 25 };
      cluster.weights = { primary: 75, canary: 25 };
    },
    play: async (scene) => {
      await scene.submit({ kind: 'recover', by: 'janitor', reason: 'its run ended without finishing' });
      await scene.ended();
    },
  },
  { name: 'rolled-back-by-guard', broken: true, play: submitted },
  {
    name: 'promotion-failed',
    cluster: (cluster) => {
      cluster.onApply = ({ effects }) => {
        if (!effects.some((effect) => effect.do === 'promote')) return;
        cluster.shown = { primary: { ready: false, retriable: false, reason: 'deadline', available: false } };
      };
    },
    play: submitted,
  },
  {
    name: 'reconciled',
    cluster: (cluster) => {
      cluster.target = V1;
      cluster.shown = { drift: ['Service/podinfo'] };
      cluster.onApply = ({ effects }) => {
        if (effects.some((effect) => effect.do === 'reconcile')) cluster.shown = {};
      };
    },
    play: async (scene) => {
      await scene.submit({ kind: 'drift' });
      await scene.ended();
    },
  },
  {
    name: 'refused',
    cluster: (cluster) => {
      const remedy = 'use a whole number from 1 to 100';
      cluster.shown = { refusal: { generation: 2, field: 'spec.analysis.maxWeight', value: '200', remedy } };
    },
    play: submitted,
  },
  { name: 'suspended', cluster: policy({ suspend: true }), play: submitted },
  { name: 'gone', cluster: (cluster) => (cluster.gone = true), play: submitted },
];

function inSteps(cluster: FakeCluster): void {
  policy({ strategy: { kind: 'canary', stepWeight: 50, maxWeight: 50, stepWeightPromotion: 25 } })(cluster);
}

/** Releases in which something happens on the way. */
const DISTURBED: readonly Scenario[] = [
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

/** Releases that people steer, by update and by signal. */
const STEERED: readonly Scenario[] = [
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
