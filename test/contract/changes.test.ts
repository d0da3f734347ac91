import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.js';
import type { ClusterCache } from '../../src/kube/cache.js';
import { Configs } from '../../src/workloads/configs/configs.js';
import { Model } from '../domain/model.js';

// Section 10.1 of the contract: statements on change detection and on the end that no other test shows.

test('21: an API error while configs are read is an error, not "unchanged"', async () => {
  const down = new Error('the server is currently unable to handle the request');
  for (const kind of ['configmap', 'secret'] as const) {
    let resourceVersion = '1';
    let isDown = false;
    const object = () => ({ metadata: { uid: 'u', resourceVersion }, type: 'Opaque', data: { a: 'MQ==' } });
    const read = () => (isDown ? Promise.reject(down) : Promise.resolve(object()));
    // The cache goes on showing metadata: only the content has to be read.
    const cache = { get: () => Promise.resolve(object()), read };
    const configs = new Configs(cache as unknown as ClusterCache);
    const look = () => configs.checksums.of('test', [{ kind, name: 'settings', optional: false }], false);
    assert.equal(Object.keys(await look()).length, 1);
    isDown = true;
    assert.equal(Object.keys(await look()).length, 1, 'what has not changed need not be read');
    resourceVersion = '2';
    await assert.rejects(look(), (error) => error === down && !(error instanceof UserError));
  }
});

test('44: a Canary that is deleted waits for its target to be ready before it goes', () => {
  const m = new Model();
  const ended = () => m.state.ending?.kind;
  m.canaryReadySeconds = undefined;
  m.deadlineSeconds = 1e6;
  m.deleting = true;
  m.send({ type: 'submitted', change: { id: 'd', kind: 'deletion', by: 'test' } });
  m.run(400);
  assert.equal(m.state.phase, 'Terminating');
  assert.equal(ended(), undefined);
  assert.ok(!m.effects.includes('revert'), 'nobody is sent to pods that are not there');
  assert.ok(m.events.includes('canary deployment podinfo.test not ready: 0 of 1 available'));
  m.canaryReadySeconds = 0;
  m.run();
  assert.equal(ended(), 'terminated');
  assert.ok(m.effects.includes('revert'));
});
