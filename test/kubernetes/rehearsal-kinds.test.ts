import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { check } from '../../src/check/check.js';
import type { Finding } from '../../src/check/finding.js';
import { Manifests } from '../../src/check/manifest.js';
import type { KubeObject } from '../../src/kube/object.js';
import { CANARIES, DEPLOYMENTS, SERVICES } from '../../src/kube/object.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { openCluster } from '../harness/kubernetes/cluster.js';

// Every traffic provider, strategy and kind of target, rehearsed on the real API server: by the examples that users copy.

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const ROOMS = ['providers', 'strategies'];
const EXAMPLES = ROOMS.flatMap((room) => readdirSync(join(folder, room)).map((name) => `${room}/${name}`));
const NAMESPACED = [CANARIES, DEPLOYMENTS, SERVICES];

type Change = (object: KubeObject) => readonly KubeObject[];
const asItIs: Change = (object) => [object];

async function open(t: TestContext) {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const read = (name: string): readonly KubeObject[] =>
    Manifests.read(
      readFileSync(join(folder, name), 'utf8').replaceAll('namespace: test', `namespace: ${namespace}`),
      name,
    ).objects;
  const rehearsed = async (name: string, change: Change = asItIs): Promise<readonly Finding[]> => {
    const objects = [...read('app.yaml'), ...read(name)].filter(({ kind }) => kind !== 'Namespace').flatMap(change);
    const files = Manifests.read(objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''), name);
    const understudy = { client: client.rehearsing() };
    const [report] = await check(files, { settings: DEFAULT_SETTINGS, cluster: client, understudy });
    return report?.findings ?? assert.fail();
  };
  const stored = async (): Promise<number> => {
    const lists = await Promise.all(NAMESPACED.map((type) => client.list(type, { namespace })));
    return lists.flatMap(({ items }) => items).length;
  };
  return { rehearsed, stored };
}

const asDaemonSet: Change = (object) => {
  const { spec } = object as KubeObject & { spec: Record<string, unknown> };
  if (object.kind === 'Canary')
    return [{ ...object, spec: { ...spec, targetRef: { ...(spec['targetRef'] as object), kind: 'DaemonSet' } } }];
  if (object.kind !== 'Deployment') return [object];
  const { selector, template } = spec;
  return [{ ...object, kind: 'DaemonSet', spec: { selector, template } }];
};

/** The users' own pods stay as they are: the canary's and the primary's Services select them. */
const asService: Change = (object) => {
  const { spec } = object as KubeObject & { spec: Record<string, unknown> };
  const { name, namespace = '' } = object.metadata;
  if (object.kind === 'Canary') {
    return [{ ...object, spec: { ...spec, targetRef: { apiVersion: 'v1', kind: 'Service', name } } }];
  }
  if (object.kind !== 'Deployment') return [object];
  const service = { ports: [{ port: 80, targetPort: 9898 }], selector: { app: name } };
  return [object, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: service }];
};

const KINDS = {
  Deployment: { change: asItIs, examples: EXAMPLES },
  DaemonSet: { change: asDaemonSet, examples: ['providers/apisix.yaml', 'providers/gatewayapi.yaml'] },
  // These can't split the traffic of what isn't a workload, which is said before.
  Service: {
    change: asService,
    examples: EXAMPLES.filter((name) => !/nginx|skipper|own-httproute|blue-green.yaml/.test(name)),
  },
};

for (const [kind, { change, examples }] of Object.entries(KINDS))
  test(`a release of a ${kind} is rehearsed to its end, whatever carries its traffic`, async (t) => {
    const { rehearsed, stored } = await open(t);
    const before = await stored();
    const all = await Promise.all(
      examples.map(async (name) => (await rehearsed(name, change)).map((finding) => ({ name, ...finding }))),
    );
    const errors = all.flat().filter(({ severity, rule }) => severity === 'error' || rule === 'not-rehearsed');
    assert.deepEqual(errors, []);
    assert.equal(await stored(), before);
  });
