import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { z } from 'zod';
import { parseManifest } from '../../lab/kube/apply.js';
import { manifestFiles } from '../../scripts/manifests/files.js';
import { rbacFiles } from '../../scripts/rbac/manifests.js';
import { excuseFor, GRANTS, permissionsOf, PROCESSES } from '../../scripts/rbac/rules.js';
import { ORDER_NAMES, wordOf } from '../../src/domain/orders/catalogue.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { clusterClient } from '../../src/kube/connect.js';
import { HORIZONTAL_POD_AUTOSCALERS, SCALED_OBJECTS } from '../../src/kube/object.js';
import { createRouters } from '../../src/routers/registry.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { createWorkloads } from '../../src/workloads/registry.js';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));

test('deploy is what the sources say', () => {
  const files = manifestFiles();
  for (const [name, text] of Object.entries(files)) {
    const message = `deploy/${name}: run node scripts/run.mjs scripts/manifests.ts`;
    assert.equal(readFileSync(`${deploy}${name}`, 'utf8'), text, message);
  }
  for (const folder of new Set(Object.keys(files).map(dirname))) {
    const expected = Object.keys(files).flatMap((name) => (dirname(name) === folder ? [basename(name)] : []));
    assert.deepEqual(readdirSync(`${deploy}${folder}`).sort(), expected.sort());
  }
});

const roleSchema = z.object({
  rules: z.array(z.object({ resources: z.array(z.string()), verbs: z.array(z.string()) })),
});

function rulesIn(text: string, kinds: readonly string[]): string[] {
  const roles = parseManifest(text).filter(({ kind }) => kinds.includes(kind));
  return roles
    .flatMap((role) => roleSchema.parse(role).rules)
    .flatMap(({ resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)));
}

test('in one namespace a process may do what it may do in all, and next to nothing outside', () => {
  for (const process of PROCESSES) {
    const cluster = rbacFiles('cluster')[`${process}.yaml`] ?? '';
    const namespaced = rbacFiles('namespaced')[`${process}.yaml`] ?? '';
    assert.deepEqual(rulesIn(cluster, ['ClusterRole']).sort(), [...permissionsOf(process)].sort());
    assert.deepEqual(rulesIn(namespaced, ['Role', 'ClusterRole']).sort(), [...permissionsOf(process)].sort());
    const outside = rulesIn(namespaced, ['ClusterRole']);
    const reviews = ['create tokenreviews', 'create subjectaccessreviews'];
    assert.deepEqual(outside, process === 'api' ? reviews : []);
  }
});

test('nothing is granted wholesale, nobody may raise rights, and only the worker deletes', () => {
  for (const { group, resource, verbs } of GRANTS) {
    assert.doesNotMatch(`${group} ${resource}`, /\*|rbac\.authorization|serviceaccounts|^ nodes/);
    if (`${group} ${resource}` === ' pods') assert.deepEqual(verbs, { api: ['list'] }, 'pods are looked at, no more');
    for (const process of PROCESSES) {
      for (const verb of verbs[process] ?? []) {
        assert.ok(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'].includes(verb));
        if (verb === 'delete') assert.equal(process, 'worker', resource);
      }
    }
  }
});

test('whatever a traffic provider or a target is made of may be read and written', () => {
  const cache = new ClusterCache(clusterClient({ kubeconfig: nowhere() }), { log: () => undefined });
  const kinds = [
    ...createRouters(cache, DEFAULT_SETTINGS).flatMap(({ watches }) => watches),
    ...createWorkloads(cache, DEFAULT_SETTINGS).map(({ type }) => type),
    HORIZONTAL_POD_AUTOSCALERS,
    SCALED_OBJECTS,
  ];
  for (const { apiVersion, plural } of kinds) {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const grant = GRANTS.find((candidate) => candidate.group === group && candidate.resource === plural);
    assert.ok(grant, `${plural} of ${apiVersion} is in scripts/rbac/rules.ts`);
    for (const verb of ['list', 'watch', 'create', 'update'] as const)
      assert.ok(grant.verbs.worker?.includes(verb), `the worker may ${verb} ${plural}`);
    for (const verb of ['list', 'watch'] as const)
      assert.ok(grant.verbs.watch?.includes(verb), `watch may ${verb} ${plural}`);
  }
});

function nowhere(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'serinus-packaging-')), 'kubeconfig');
  const cluster = { name: 'nowhere', cluster: { server: 'http://127.0.0.1:9' } };
  const context = { name: 'nowhere', context: { cluster: 'nowhere', user: 'nobody' } };
  const users = [{ name: 'nobody', user: {} }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], users, contexts: [context] };
  writeFileSync(path, JSON.stringify({ ...config, 'current-context': 'nowhere' }));
  after(() => rmSync(dirname(path), { recursive: true }));
  return path;
}

test('whatever is excused is granted', () => {
  for (const { resource, rarely = {} } of GRANTS) {
    for (const process of PROCESSES) {
      for (const verb of Object.keys(rarely[process] ?? {})) {
        assert.ok(permissionsOf(process).includes(`${verb} ${resource}`), `${process}: ${verb} ${resource}`);
        assert.ok(excuseFor(process, `${verb} ${resource}`));
      }
    }
  }
});

test('every order that people can give is in a role for them', () => {
  const granted = rulesIn(readFileSync(`${deploy}rbac/people.yaml`, 'utf8'), ['ClusterRole']);
  for (const order of ORDER_NAMES) assert.ok(granted.includes(`update canaries/${wordOf(order)}`), order);
  assert.ok(granted.includes('create canaries/rollouts'));
});
