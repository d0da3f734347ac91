import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lastingObstacle } from '../../src/api/rollouts/obstacles.js';
import type { Run } from '../../src/api/releases/run.js';
import { parseCanary } from '../../src/crds/canary.js';
import { appCanary } from '../harness/release/objects.js';

const KEY = { cluster: 'c', namespace: 'test', name: 'app' };
const PATIENCE_MS = 60_000;

const BEGUN: Run = {
  canary: KEY,
  runId: 'run',
  status: 'running',
  startedAt: new Date(0),
  endedAt: undefined,
  phase: 'Initializing',
  weight: 0,
  revision: undefined,
  outcome: undefined,
  triggeredBy: 'watch',
  requestId: undefined,
  kind: 'canary',
};

function canaryIn(phase: string) {
  const object = { ...appCanary({ namespace: 'test', host: 'app.example.com', image: 'app:1' }), status: { phase } };
  const parsed = parseCanary(object, { defaultProvider: 'apisix', defaultMetricsServer: 'http://prometheus:9090' });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

/** Shows one run after the other, and the last one from then on. */
function shown(...runs: readonly Run[]) {
  let looks = 0;
  const latest = () => Promise.resolve(runs[Math.min(looks++, runs.length - 1)]);
  return { latest, looks: () => looks };
}

describe('what stands in the way of a release that is asked for', () => {
  test('is not a run that the Canary has at rest already, and Temporal a moment later', async () => {
    for (const kind of ['canary', 'target', 'request']) {
      const begun = { ...BEGUN, kind };
      const ended: Run = { ...begun, phase: 'Initialized', outcome: 'initialized' };
      const { latest, looks } = shown(begun, begun, ended);
      assert.equal(await lastingObstacle(canaryIn('Initialized'), latest, PATIENCE_MS), undefined, kind);
      assert.equal(looks(), 3);
    }
  });

  test('is a run that goes on', async () => {
    const { latest, looks } = shown(BEGUN);
    const obstacle = await lastingObstacle(canaryIn('Succeeded'), latest, 300);
    assert.equal(obstacle?.problem, 'release-under-way');
    assert.ok(looks() > 1);
  });

  test('is what the Canary itself says, at once', async () => {
    for (const phase of ['Progressing', 'Promoting', 'Finalising', 'Waiting']) {
      const { latest, looks } = shown({ ...BEGUN, phase });
      assert.ok(await lastingObstacle(canaryIn(phase), latest, PATIENCE_MS), phase);
      assert.equal(looks(), 1);
    }
  });

  test('is said at once to whoever does not want to wait', async () => {
    const { latest, looks } = shown(BEGUN);
    assert.ok(await lastingObstacle(canaryIn('Initialized'), latest, 0));
    assert.equal(looks(), 1);
  });
});
