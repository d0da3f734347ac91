import type { Analysis } from '../../../src/domain/findings.js';
import { releaseIdOf } from '../../../src/domain/identity.js';
import { archiveIdOf } from '../../../src/workflows/contract.js';
import { PASSING, V1 } from '../../domain/model.js';
import type { FakeCluster } from '../../harness/temporal/fake-cluster.js';
import { heard, policy, submitted, type Scenario } from './scenario.js';

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

/** Longer than a workflow task waits for a look. */
const SLOW_MS = 2_000;

/** Releases that nobody steers. */
export const ALONE: readonly Scenario[] = [
  {
    name: 'initialized',
    cluster: (cluster) => {
      cluster.status = { ...cluster.status, phase: '', applied: undefined, promoted: '' };
      cluster.target = V1;
    },
    play: submitted,
  },
  { name: 'promoted', play: submitted },
  // Looks are part of workflow tasks, as in all that is recorded from here on.
  { name: 'promoted-by-short-looks', play: submitted },
  {
    // What a task could not wait for is taken over by an activity of its own.
    name: 'promoted-past-a-slow-look',
    cluster: (cluster) => {
      let isSlow = true;
      cluster.analysis = async () => {
        if (isSlow) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
        isSlow = false;
        return PASSING;
      };
    },
    play: submitted,
  },
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
    // What brings it into the archive is a workflow of its own.
    name: 'archived',
    cluster: (cluster) => (cluster.archives = true),
    others: ['archive'],
    play: async (scene) => {
      await scene.submit();
      const { canary, runs: [first = ''] = [] } = await scene.bench.handle.result();
      const id = archiveIdOf(canary.cluster, releaseIdOf(canary, first), 'end');
      await scene.bench.client.workflow.getHandle(id).result();
      scene.others.set('archive', id);
    },
  },
  {
    // What was promoted is watched by a workflow of its own.
    name: 'promoted-and-watched',
    cluster: watched,
    others: ['aftercare'],
    play: async (scene) => {
      await scene.submit();
      const { watchedBy = '' } = await scene.bench.handle.result();
      await scene.bench.client.workflow.getHandle(watchedBy).result();
      scene.others.set('aftercare', watchedBy);
    },
  },
  { name: 'promoted-before-listeners', cluster: heard, play: submitted },
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

/** Two looks after the promotion show nothing, the third a regression. */
function watched(cluster: FakeCluster): void {
  const wait = { seconds: 60, text: '1m', then: 'advance' } as const;
  const watch = { seconds: 600, text: '10m', then: 'undo' } as const;
  policy({ judgement: { digest: 'd', steps: 'guard', promotion: 'guard', wait, watch } })(cluster);
  cluster.onUndo = () => Promise.resolve({ refused: "can't undo: a release is under way" });
  cluster.onOversee = ({ memory }) => {
    const windows = (memory?.until ?? 0) + 1;
    const says = `errors: ${windows} windows`;
    const judged = { verdict: windows < 3 ? 'WAIT' : 'FAIL', metrics: [], heard: true, windows, says } as const;
    return Promise.resolve({ judged, memory: { until: windows, digest: 'd', evidence: {} } });
  };
}

function inSteps(cluster: FakeCluster): void {
  policy({ strategy: { kind: 'canary', stepWeight: 50, maxWeight: 50, stepWeightPromotion: 25 } })(cluster);
}
