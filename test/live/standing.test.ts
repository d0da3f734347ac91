import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsedCanary } from '../../src/canary/read.js';
import { summaryOf, type Besides } from '../../src/api/canaries/summary.js';
import { STANDINGS } from '../../src/api/schema/standing.js';
import type { CanarySummary } from '../../src/api/schema/canary.js';
import { PHASES } from '../../src/domain/phases.js';
import { withStatus } from '../../src/kubernetes/status.js';
import type { KubeObject } from '../../src/kube/object.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';

/** The API's view of a Canary: what page and command line show. */
function rowOf(status: object, besides: Besides = {}, spec: object = {}): CanarySummary {
  const object: KubeObject = {
    ...{ apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: { name: 'cart', namespace: 'shop' }, status },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
      ...{ provider: 'apisix', service: { port: 80 }, routeRef: ROUTE, analysis: ANALYSIS },
      ...spec,
    },
  };
  const parsed = parsedCanary({ settings: DEFAULT_SETTINGS }, object);
  const read = parsed.ok
    ? { canary: parsed.value, refusal: undefined }
    : { canary: undefined, refusal: parsed.refusal };
  return summaryOf({ object, ...read }, DEFAULT_SETTINGS, besides);
}

const ROUTE = { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: 'cart' };
const ANALYSIS = { interval: '30s', threshold: 5, stepWeight: 10, maxWeight: 50 };
const AUDIENCE = [
  { headers: { 'x-canary': { exact: 'insider' }, cookie: { regex: 'beta=.*' } } },
  { queryParams: { debug: { prefix: '1' } } },
];
const AB = {
  analysis: { interval: '30s', threshold: 5, iterations: 3, match: AUDIENCE.slice(0, 1) },
};

const standing = (status: object, besides?: Besides, spec?: object) => {
  const { standing: word, attention } = rowOf(status, besides, spec);
  return attention === undefined ? word : `${word}: ${attention}`;
};

describe('the status of a Canary is decided once, for page and command line', () => {
  test('has a word for every phase', () => {
    for (const phase of PHASES) assert.ok(STANDINGS.includes(rowOf({ phase }).standing), phase);
  });

  test('and why somebody should look', () => {
    const cases: readonly [string, object, Besides?, object?][] = [
      ['progressing', { phase: 'Progressing' }],
      ['progressing', { phase: 'Progressing', failedChecks: 2 }],
      ['progressing: halted: 3 failed checks', { phase: 'Progressing', failedChecks: 3 }],
      ['paused: paused', { phase: 'Progressing', failedChecks: 3 }, { waiting: 'resume' }],
      ['waiting: waits for approval (weight)', { phase: 'Progressing' }, { waiting: 'weight' }],
      ['waiting: waits for approval (confirm-rollout)', { phase: 'Waiting' }],
      ['waiting: waits for approval (confirm-promotion)', { phase: 'WaitingPromotion' }],
      ['failed: failed', { phase: 'Failed' }],
      ['succeeded', { phase: 'Succeeded', failedChecks: 5 }, { waiting: 'resume' }],
      ['suspended', { phase: 'Succeeded' }, {}, { suspend: true }],
      ['leaving', { phase: 'Terminating' }, { missing: 'its target' }],
    ];
    for (const [expected, status, besides, spec] of cases) {
      assert.equal(standing(status, besides, spec), expected, JSON.stringify([status, besides]));
    }
    assert.match(standing({ phase: 'Initialized' }, {}, { analysis: { stepWeight: -1 } }), /^invalid: the spec is not/);
  });

  test('what it refers to and is not there needs attention, whatever its phase', () => {
    for (const phase of ['', 'Initializing', 'Initialized', 'Succeeded', 'Progressing', 'Failed']) {
      assert.equal(standing({ phase }, { missing: 'x is missing' }), 'blocked: x is missing', phase);
    }
    assert.equal(standing({ phase: 'Progressing' }, { missing: 'x', waiting: 'resume' }), 'paused: paused');
  });

  test('an undo that has succeeded is no failure, until another revision is released', () => {
    const kube: KubeObject = { apiVersion: 'v1', kind: 'Canary', metadata: { name: 'cart' } };
    const hashes = { lastAppliedSpec: 'v2', lastPromotedSpec: 'v1', trackedConfigs: {} };
    const failed = { ...hashes, phase: 'Failed', canaryWeight: 0, failedChecks: 0, iterations: 0 } as const;
    const undone = withStatus(kube, { ...failed, undone: 'Promotion undone! cart.shop by alice' }, 'Deployment', 0);
    const again = withStatus(undone, failed, 'Deployment', 60_000);
    assert.deepEqual(again, undone, 'a look at what rests changes nothing of it');
    const { standing: word, attention, message } = rowOf(again['status'] as object);
    assert.deepEqual([word, attention, message], ['undone', undefined, 'Promotion undone! cart.shop by alice']);
    const next = withStatus(undone, { ...failed, lastAppliedSpec: 'v3' }, 'Deployment', 60_000);
    assert.match(standing(next['status'] as object), /^failed: failed: Canary analysis failed/);
  });
});

describe('which requests reach the canary', () => {
  test('is a share of them, or in an A/B test all that match, and never both', () => {
    const traffic = (status: object, spec?: object) => rowOf(status, {}, spec).traffic;
    assert.deepEqual(traffic({ phase: 'Progressing', canaryWeight: 20 }), { to: 'share', percent: 20 });
    assert.deepEqual(traffic({ phase: 'Progressing', canaryWeight: 0, iterations: 1 }, AB), {
      to: 'match',
      match: 'header x-canary = insider and header cookie matches beta=.*',
    });
    assert.deepEqual(traffic({ phase: 'Waiting', canaryWeight: 0 }, AB), { to: 'share', percent: 0 });
    assert.deepEqual(traffic({ phase: 'Succeeded', canaryWeight: 0 }, AB), { to: 'share', percent: 0 });
    assert.equal(traffic({ phase: 'Progressing', canaryWeight: 0 }, AB), undefined, 'the canary may not be ready yet');
  });
});

describe('a row of the fleet', () => {
  const images = { primary: ['r/cart:1.0'], target: ['r/cart:2.0'] };
  const startedAt = new Date('2026-01-01T12:00:00Z');

  test('has versions, who, and how far the analysis has come', () => {
    const besides = { images, by: 'ci', startedAt };
    const moving = rowOf({ phase: 'Progressing', canaryWeight: 20 }, besides);
    assert.deepEqual(moving.versions, { from: '1.0', to: '2.0' });
    assert.deepEqual(moving.step, { done: 2, of: 5 });
    assert.equal(moving.by, 'ci');
    assert.equal(moving.startedAt, startedAt.toISOString());
    // The release shows who started a run that has ended meanwhile.
    const resting = rowOf({ phase: 'Succeeded' }, besides);
    assert.deepEqual([resting.step, resting.by, resting.startedAt], [undefined, undefined, undefined]);
  });

  test('counts steps by weights or by iterations, and all of them once they are behind', () => {
    const stepOf = (status: object, spec?: object): unknown => rowOf(status, {}, spec).step;
    assert.deepEqual(stepOf({ phase: 'Waiting' }), { done: 0, of: 5 });
    assert.deepEqual(stepOf({ phase: 'Progressing', canaryWeight: 50 }), { done: 5, of: 5 });
    assert.deepEqual(stepOf({ phase: 'Promoting', canaryWeight: 0 }), { done: 5, of: 5 });
    assert.deepEqual(stepOf({ phase: 'Progressing', iterations: 1 }, AB), { done: 1, of: 3 });
    assert.equal(stepOf({ phase: 'Initializing' }), undefined);
    assert.equal(stepOf({ phase: 'Progressing' }, { provider: 'nonsense' }), undefined);
  });
});
