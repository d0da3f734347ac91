import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseOfArchived } from '../../src/api/releases/archived.js';
import { documentOf } from '../../src/archive/release/document.js';
import { courseOf } from '../../src/domain/record/course.js';
import { outcomeOf } from '../../src/domain/record/outcome.js';
import { initialState, type Takeover } from '../../src/domain/initial.js';
import { policyWith } from './model.js';

const CANARY = { cluster: 'c', namespace: 'test', name: 'podinfo' };

const policy = policyWith({
  strategy: { kind: 'canary', maxWeight: 50, stepWeight: 20, stepWeightPromotion: 0 },
  threshold: 3,
  intervalSeconds: 10,
  hooks: { 'confirm-promotion': ['ask'] },
  approvals: {
    digest: 'd',
    rules: [{ gate: 'weight', atWeight: 40, needed: 2, groups: ['sre'], notByTrigger: true }],
  },
});

const course = {
  strategy: { kind: 'canary', steps: [20, 40, 50], intervalSeconds: 10, threshold: 3 },
  gates: [
    { gate: 'weight', policy: 'weight at 40', hooks: [], needed: 2, groups: ['sre'], notByTrigger: true },
    { gate: 'confirm-promotion', hooks: ['ask'] },
  ],
} as const;

test('a course shows the weights one after another, and every gate on the way', () => {
  assert.deepEqual(courseOf(policy, 0), course);
});

test('a course by iterations shows how many are completed, never more than there are', () => {
  const byIterations = policyWith({
    strategy: { kind: 'blueGreen', iterations: 5, stepWeightPromotion: 0, mirror: true },
  });
  assert.deepEqual(courseOf(byIterations, 7).strategy.iterations, { done: 5, of: 5 });
});

test('a release that has ended shows its course from its archive, too', () => {
  const taken: Takeover = {
    ...{
      epoch: 1,
      phase: 'Succeeded',
      weight: 0,
      failedChecks: 0,
      iterations: 0,
      promoted: 'v2',
      markedInvalid: false,
    },
    applied: { hash: 'v2', configs: {} },
  };
  const state = { ...initialState(CANARY, { id: '', kind: 'target', by: 'ci' }, taken, 0), policy };
  const ended = outcomeOf(state, ['11111111-1111-4111-8111-111111111111'], 1_000);
  assert.deepEqual(ended.course, course);
  const document = documentOf('test.podinfo.11111111-1111-4111-8111-111111111111', ended, undefined);
  const release = releaseOfArchived({ ...document, record: [], recordDropped: 0 });
  assert.deepEqual(release.course, {
    strategy: course.strategy,
    gates: course.gates.map((gate) => ({ ...gate, status: 'ahead' })),
  });
});
