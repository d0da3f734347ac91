import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/kube/object.js';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a release carries its load test out itself, without a load tester, and tells the result in its record', async (t) => {
  const world = await ReleaseScene.open(t);
  // Nobody listens there: what the release does itself is ordered from nobody.
  const url = 'http://127.0.0.1:9/';
  const cmd = `hey -z 1m -q 10 -c 2 -host ${world.host} http://apisix-gateway.apisix/`;
  const webhooks = [{ name: 'load-test', type: 'rollout', url, metadata: { cmd } }];
  const canary = appCanary(world.app, {}, { webhooks });
  await world.initialised(native(canary));

  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded', 90_000);
  const { record } = await world.run.result();
  const [result, ...others] = record.flatMap((entry) => (entry.what === 'load-test' ? [entry.result] : []));
  assert.ok(result, JSON.stringify(record));
  assert.deepEqual(others, [], 'one load test, as long as the analysis');
  assert.deepEqual([result.name, result.failed], ['load-test', 0]);
  // Two steps of two seconds and more, twenty requests a second.
  assert.ok(result.requests > 40, `${result.requests} requests`);
  assert.deepEqual(Object.keys(result.codes), ['200']);
  assert.equal(result.codes['200'], result.requests);
  assert.ok(result.requestsPerSecond > 10 && result.requestsPerSecond < 25, `${result.requestsPerSecond} a second`);
  assert.ok(result.p50 > 0 && result.p99 >= result.p50, JSON.stringify(result));
  // The load was the only traffic there was: without it there had been no values to judge.
  const analyses = record.flatMap((entry) => (entry.what === 'analysis' && entry.ok ? [entry] : []));
  assert.ok(analyses.length >= 2);
});

function native(canary: KubeObject): KubeObject {
  return { ...canary, metadata: { ...canary.metadata, annotations: { 'serinus.dev/load-test': 'native' } } };
}
