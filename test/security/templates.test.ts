import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import { DEPLOYMENTS } from '../../src/kube/object.js';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { get } from '../harness/api/client.js';
import { release } from '../archive/fixtures.js';
import { deployment } from '../harness/kubernetes/cluster.js';
import { MemoryArchive } from '../harness/memory-archive.js';

const PASSWORD = 'hunter2-in-plain';
const LOOK: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };

let bench: ApiBench;
let app: App;
let ns: string;
const archive = new MemoryArchive();
before(async () => {
  bench = await openApi();
  ns = bench.world.namespace;
  app = buildApi({ ...bench.deps, archive }, bench.client, {
    authentication: { kind: 'kubernetes', audiences: ['serinus'] },
    version: 'test',
  });
});
after(async () => {
  await app.close();
  await bench.close();
});

/** A Canary whose last release was undone, and whose primary has a password in its template. */
async function undone(): Promise<{ readonly name: string; readonly id: string }> {
  const { name, hash } = await bench.world.canary();
  const made = deployment(ns, `${name}-primary`, 'podinfo:6.0.0');
  const text = JSON.stringify(made).replace('"image":', `"env":[{"name":"PASSWORD","value":"${PASSWORD}"}],"image":`);
  await bench.world.client.create(DEPLOYMENTS, JSON.parse(text) as typeof made);
  const run = randomUUID();
  const one = release(1, {
    id: `${ns}.${name}.${run}`,
    cluster: bench.cluster,
    namespace: ns,
    name,
    runs: [run],
    outcome: 'undone',
    revision: hash,
  });
  await archive.putRelease(one);
  return { name, id: one.id };
}

describe('the template of an undone release’s target', () => {
  test('is shown to nobody who may not get the target, by any route', async () => {
    const { name, id } = await undone();
    const viewer = await account(bench.world.client, ns, `viewer-${name}`, [LOOK]);
    const reader = await account(bench.world.client, ns, `reader-${name}`, [
      LOOK,
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
    ]);
    for (const path of [`rollouts/${id}`, `releases/${id}`]) {
      const reported = await get(app, `/api/v1/${path}`, bearer(viewer));
      assert.deepEqual([reported.status, reported.body['outcome']], [200, 'undone']);
      assert.equal(reported.body['desired'], undefined, path);
      assert.ok(!JSON.stringify(reported.body).includes(PASSWORD), path);
      const whole = await get(app, `/api/v1/${path}`, bearer(reader));
      assert.ok(JSON.stringify(whole.body['desired']).includes(PASSWORD), path);
    }
    for (const who of [viewer, reader]) {
      const live = await get(app, `/api/v1/namespaces/${ns}/canaries/${name}/live`, bearer(who));
      assert.equal(live.status, 200, JSON.stringify(live.body));
      assert.ok(!JSON.stringify(live.body).includes(PASSWORD), 'the live view is one for all who watch');
    }
  });
});
