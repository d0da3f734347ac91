import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerSnapshot, ContainerState } from '../../lab/node/container-status.js';
import { podConditions, podPhase, type PodFindings } from '../../lab/node/pod-status.js';

const at = (seconds: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, seconds));
const running: ContainerState = { kind: 'running', startedAt: at(0) };
const creating: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
const crashing: ContainerState = { kind: 'waiting', reason: 'CrashLoopBackOff' };

function ended(exitCode: number): ContainerState {
  return { kind: 'terminated', exitCode, reason: 'Error', startedAt: at(0), finishedAt: at(1) };
}

function findings(state: ContainerState, more: Partial<ContainerSnapshot & PodFindings> = {}): PodFindings {
  const { restartPolicy = 'Always', blocked, ready = false, restartCount = 0 } = more;
  return {
    podIp: '198.51.100.1',
    startTime: at(0),
    restartPolicy,
    blocked,
    containers: [{ name: 'c', image: 'i', state, lastTermination: undefined, restartCount, ready, started: ready }],
  };
}

describe('the phase of a pod', () => {
  it('is Pending until its containers have once been started', () => {
    assert.equal(podPhase(findings(creating)), 'Pending');
    assert.equal(podPhase(findings(running)), 'Running');
    assert.equal(podPhase(findings(crashing, { restartCount: 1 })), 'Running');
  });

  it('stays Running when what has ended is to be restarted', () => {
    assert.equal(podPhase(findings(ended(1))), 'Running');
    assert.equal(podPhase(findings(ended(1), { restartPolicy: 'OnFailure' })), 'Running');
  });

  it('is final when nothing is restarted', () => {
    assert.equal(podPhase(findings(ended(0), { restartPolicy: 'Never' })), 'Succeeded');
    assert.equal(podPhase(findings(ended(0), { restartPolicy: 'OnFailure' })), 'Succeeded');
    assert.equal(podPhase(findings(ended(1), { restartPolicy: 'Never' })), 'Failed');
  });
});

describe('the conditions of a pod', () => {
  const ready = (conditions: ReturnType<typeof podConditions>) => conditions.find(({ type }) => type === 'Ready');

  it('keep the time of their last change, from which minReadySeconds counts', () => {
    const first = podConditions(findings(running), [], at(1));
    const second = podConditions(findings(running, { ready: true }), first, at(5));
    const third = podConditions(findings(running, { ready: true }), second, at(9));
    assert.equal(ready(first)?.status, 'False');
    assert.equal(ready(second)?.status, 'True');
    assert.equal(ready(second)?.lastTransitionTime, '2024-01-01T00:00:05Z');
    assert.deepEqual(ready(third), ready(second));
  });

  it('name the containers that are not ready', () => {
    const conditions = podConditions(findings(running), [], at(1));
    assert.equal(ready(conditions)?.message, 'containers with unready status: [c]');
  });
});
