import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Readiness } from '../../src/domain/findings.js';
import { daemonSets } from '../../src/workloads/daemonset/daemonset.js';
import { deployments } from '../../src/workloads/deployment/deployment.js';
import type { PodController } from '../../src/workloads/shared/pod-controller.js';
import { target } from './fixtures.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const before = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

function expectReady(readiness: Readiness): void {
  assert.deepEqual(readiness, { ready: true });
}

function expectNot(readiness: Readiness, retriable: boolean, reason: string, available?: boolean): void {
  assert.ok(!readiness.ready);
  assert.deepEqual([readiness.retriable, readiness.reason], [retriable, reason]);
  if (available !== undefined) assert.equal(readiness.available, available);
}

describe('a Deployment', () => {
  const of = (status: object, replicas = 4): PodController => {
    const object = target(deployments, { replicas });
    const complete = { observedGeneration: 7, replicas, updatedReplicas: replicas, availableReplicas: replicas };
    return { ...object, metadata: { ...object.metadata, generation: 7 }, status: { ...complete, ...status } };
  };
  const look = (controller: PodController, thresholdPercent = 100) =>
    deployments.readiness(controller, { thresholdPercent, deadlineSeconds: 60 }, NOW);
  const waiting = 'waiting for rollout to finish: ';

  test('is ready when all its pods are updated and available, and at zero', () => {
    expectReady(look(of({})));
    expectReady(look(of({}, 0)));
  });

  test('isn’t before the controller has seen the change, while pods are replaced, and until enough are available', () => {
    expectNot(
      look(of({ observedGeneration: 6 })),
      true,
      `${waiting}observed deployment generation less than desired generation`,
    );
    expectNot(look(of({ updatedReplicas: 1 })), true, `${waiting}1 out of 4 new replicas have been updated`);
    expectNot(look(of({ replicas: 5 })), true, `${waiting}1 old replicas are pending termination`);
    const some = `${waiting}3 of 4 (readyThreshold 100%) updated replicas are available`;
    expectNot(look(of({ availableReplicas: 3 })), true, some, true);
    expectNot(look(of({ availableReplicas: 0 })), true, some.replace('3 of', '0 of'), false);
  });

  test('by a threshold of 50 percent 2 of 4 are enough and 1 isn’t; of a single one, none never is', () => {
    expectReady(look(of({ availableReplicas: 2 }), 50));
    assert.equal(look(of({ availableReplicas: 1 }), 50).ready, false);
    assert.equal(look(of({ availableReplicas: 0 }, 1), 50).ready, false);
    expectReady(look(of({ availableReplicas: 0 }), 0));
  });

  test('is beyond help when its own deadline or the Canary’s has passed', () => {
    const exceeded = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
    expectNot(look(of({ conditions: [exceeded] })), false, 'deployment "podinfo" exceeded its progress deadline');
    const progressing = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
    const unavailable = (seconds: number, reason = 'MinimumReplicasUnavailable') => ({
      availableReplicas: 0,
      conditions: [progressing, { type: 'Available', status: 'False', reason, lastUpdateTime: before(seconds) }],
    });
    const retriable = (status: object): boolean => {
      const readiness = look(of(status));
      assert.ok(!readiness.ready);
      return readiness.retriable;
    };
    assert.equal(retriable(unavailable(61)), false);
    assert.equal(retriable(unavailable(59)), true);
    assert.equal(retriable(unavailable(61, 'Other')), true);
    assert.equal(retriable({ ...unavailable(61), conditions: unavailable(61).conditions.slice(1) }), true);
  });
});

describe('a DaemonSet', () => {
  const of = (status: object, changed = 0): PodController => {
    const object = target(daemonSets);
    const managedFields = [
      { manager: 'kubectl', operation: 'Update', time: before(9_999) },
      { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', time: before(changed) },
    ];
    const complete = {
      observedGeneration: 7,
      desiredNumberScheduled: 4,
      updatedNumberScheduled: 4,
      numberAvailable: 4,
    };
    return {
      ...object,
      metadata: { ...object.metadata, generation: 7, managedFields },
      status: { ...complete, ...status },
    };
  };
  const look = (controller: PodController, thresholdPercent = 100) =>
    daemonSets.readiness(controller, { thresholdPercent, deadlineSeconds: 60 }, NOW);
  const waiting = 'waiting for rollout to finish: ';

  test('is ready when it has an available, updated pod on every node, and at zero', () => {
    expectReady(look(of({})));
    expectReady(look(of({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 })));
  });

  test('isn’t before the controller has seen the change, while pods are replaced, and until enough are available', () => {
    expectNot(
      look(of({ observedGeneration: 6 }, 999)),
      true,
      `${waiting}observed daemonset generation less than desired generation`,
    );
    expectNot(look(of({ updatedNumberScheduled: 1 })), true, `${waiting}1 out of 4 new pods have been updated`, true);
    expectNot(
      look(of({ numberAvailable: 0 })),
      true,
      `${waiting}0 of 4 (readyThreshold 100%) updated pods are available`,
      false,
    );
  });

  test('by a threshold of 50 percent 2 of 4 are enough and 1 isn’t', () => {
    expectReady(look(of({ numberAvailable: 2 }), 50));
    assert.equal(look(of({ numberAvailable: 1 }), 50).ready, false);
  });

  test('is beyond help when nothing has moved for longer than the deadline, and not before', () => {
    expectNot(look(of({ numberAvailable: 3 }, 61)), false, 'exceeded its progressDeadlineSeconds: 60', true);
    assert.equal(Object.entries(look(of({ numberAvailable: 3 }, 59))).find(([key]) => key === 'retriable')?.[1], true);
    // A pod lost in a long rest is no reason: its loss is what moved last.
    expectReady(look(of({}, 9_999)));
  });
});
