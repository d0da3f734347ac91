import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Effect } from '../../../src/domain/decision/effects.js';
import { stateQuery } from '../../../src/workflows/contract.js';
import { tcpProxy } from '../api/tcp-proxy.js';
import { until } from '../until.js';
import { FakeCluster } from './fake-cluster.js';
import { openBench, ownCluster, temporalAddress, type WorkflowBench } from './workflow-bench.js';

/** What the second step does, which weight 50 tells. */
const isSecondStep = (effects: readonly Effect[]): boolean =>
  effects.some((effect) => effect.do === 'weights' && effect.canary === 50);

export interface Loss {
  readonly cluster: FakeCluster;
  /** Of the worker that takes over. */
  readonly bench: WorkflowBench;
  /** Lets the lost worker go on with what it was about to do. */
  readonly wake: () => void;
}

/**
 * A release whose worker loses Temporal, for good, in the middle of the workflow task that takes it to weight 50, and
 * stands still there; another worker takes over.
 *
 * @param at where: before the effect of that position, before the decision is kept, or when all is done
 */
export async function lost(
  t: TestContext,
  at: number | 'before' | 'after',
  meanwhile: (loss: Loss) => unknown,
): Promise<Loss> {
  const cluster = new FakeCluster();
  const canary = { cluster: ownCluster(), namespace: 'test', name: 'podinfo' };
  const proxy = await tcpProxy(temporalAddress());
  const first = await openBench(cluster, undefined, undefined, {
    canary,
    workerAddress: `127.0.0.1:${proxy.port}`,
    taskTimeout: '5s',
  });
  const bench = await openBench(cluster, undefined, undefined, { canary });
  let wake: () => void = () => undefined;
  const asleep = new Promise<void>((resolve) => (wake = resolve));
  let isLost = false;
  const lose = async (): Promise<void> => {
    if (isLost) return;
    isLost = true;
    await proxy.cut();
    await asleep;
  };
  cluster.onApply = (input) => (at === 'before' && isSecondStep(input.effects) ? lose() : undefined);
  cluster.onEffect = (effect, { effects }) =>
    typeof at === 'number' && isSecondStep(effects) && effects.indexOf(effect) === at ? lose() : undefined;
  const { apply } = cluster;
  cluster.apply = async (input) => {
    const applied = await apply(input);
    if (at === 'after' && isSecondStep(input.effects)) await lose();
    return applied;
  };
  const loss = { cluster, bench, wake };
  t.after(async () => {
    wake();
    await bench.close();
    await proxy.mend();
    await first.close();
    await proxy.cut();
  });
  await first.start();
  await first.submit();
  await until(() => isLost, 'the worker is lost');
  await meanwhile(loss);
  await bench.start();
  return loss;
}

/** What users see of the second step, and the record with it. */
export async function assertToldOnce({ cluster, bench }: Loss): Promise<void> {
  const told = cluster.events.filter((message) => message.includes('canary weight 50'));
  assert.equal(told.length, 1, cluster.events.join('\n'));
  const { state } = await bench.handle.query(stateQuery);
  const recorded = state?.record.filter(
    (entry) => entry.what === 'event' && entry.message.includes('canary weight 50'),
  );
  assert.equal(recorded?.length, 1, 'the record has it once');
}

/** The weights as users met them: setting the same again changes nothing. */
export function courseOf({ weightsSeen }: FakeCluster): readonly number[] {
  return weightsSeen.filter((weight, index) => weight !== weightsSeen[index - 1]);
}
