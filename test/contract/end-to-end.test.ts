import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Takeover } from '../../src/domain/initial.js';
import type { Revision } from '../../src/domain/revision.js';
import { FAILING, Model, PASSING, policyWith, V1, V2 } from '../domain/model.js';

// Section 10.2 of the contract, what of it no release on the lab shows.

/** The run after another: it finds the status, the primary and the target as they were left. */
function after(before: Model, target: Revision, threshold = 1): Model {
  const { applied, promoted, phase } = before.state;
  const taken: Partial<Takeover> = { phase, applied, promoted, epoch: 2 };
  const m = new Model({ policy: policyWith({ threshold }), taken, target });
  m.primaryRuns = before.primaryRuns;
  return m;
}

test('10.2: after a failure: reverting starts no run, the bad image does, an annotation tries again', () => {
  const bad = new Model({ policy: policyWith({ threshold: 1 }) });
  bad.analysis = () => FAILING;
  bad.run();
  assert.equal(bad.status.phase, 'Failed');

  const reverted = after(bad, V1).run();
  assert.equal(reverted.state.ending?.kind, 'reconciled');
  assert.deepEqual(reverted.events, []);
  assert.ok(!reverted.effects.some((effect) => ['scaleUp', 'promote', 'weights'].includes(effect)));
  assert.equal(reverted.primaryRuns, V1);

  const again = after(reverted, V2);
  again.analysis = () => FAILING;
  again.run();
  assert.equal(again.state.ending?.kind, 'rolled-back');
  assert.ok(again.events.includes('New revision detected! Scaling up podinfo.test'));

  const same = after(again, V2).run();
  assert.deepEqual(same.events, [], 'what has failed is not tried by itself');

  const annotated = after(again, { hash: 'v2 with an annotation', configs: {} });
  annotated.analysis = () => PASSING;
  annotated.run();
  assert.equal(annotated.status.phase, 'Succeeded');
  assert.equal(annotated.primaryRuns.hash, 'v2 with an annotation');
});

test('10.2: skipAnalysis with a bad image: Failed, and the primary keeps the old one', () => {
  const m = new Model({ policy: policyWith({ skipAnalysis: true }) });
  m.canaryReadySeconds = undefined;
  m.run();
  assert.equal(m.status.phase, 'Failed');
  assert.equal(m.primaryRuns, V1);
  assert.ok(!m.effects.includes('promote'));
  assert.equal(m.targetReplicas, 0);
});
