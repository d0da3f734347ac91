import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { ObjectRouter } from '../../src/routers/shared/object-router.js';
import { traefik } from '../../src/routers/traefik.js';
import { deployment, openCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';

test('a provider whose kind the cluster has not, or under an older group: the run says what is missing, and the target serves on', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  await allowNoPods(client, namespace);
  const deps = dependencies(client, namespace);
  t.after(() => deps.stop());
  // As Traefik's kinds are of `traefik.io` to a cluster that has those of its former group only.
  const missing = { ...traefik, type: { ...traefik.type, apiVersion: 'not-installed.example.com/v1' } };
  const routers = deps.routers.map((one) => (one.provider === 'traefik' ? new ObjectRouter(deps.cache, missing) : one));
  await client.create(DEPLOYMENTS, deployment(namespace, 'cart'));
  await client.create(CANARIES, {
    ...{ apiVersion: CANARIES.apiVersion, kind: 'Canary', metadata: { name: 'cart', namespace } },
    spec: {
      provider: 'traefik',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
      service: { port: 80, targetPort: 8080 },
      analysis: { interval: '10s', threshold: 3, maxWeight: 50, stepWeight: 25 },
    },
  });
  const rig = await Rig.of({ ...deps, routers }, namespace, 'cart', 'initialising');
  const replicas = async (): Promise<unknown> =>
    ((await client.get(DEPLOYMENTS, namespace, 'cart'))?.['spec'] as { replicas: number }).replicas;
  const before = await replicas();
  const next = await rig.failing(() => rig.apply([{ do: 'reconcile', primary: 100, canary: 0 }, { do: 'scaleDown' }]));
  assert.ok(next, 'it goes no further');
  const words = /the cluster has no traefikservices of not-installed\.example\.com\/v1: install them/;
  assert.match(rig.said.join('\n'), words);
  const { reason, message = '' } = await rig.condition();
  assert.equal(reason, 'Refused');
  assert.match(message, words);
  assert.equal(await replicas(), before, 'the target serves on');
});
