import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterReader } from '../../src/check/object-lookup.js';
import { podMakersIn } from '../../src/check/pod-makers.js';
import { KubeError } from '../../src/kube/kube-error.js';
import type { KubeObject } from '../../src/kube/object.js';
import { canaryWith } from '../crds/fixtures.js';
import { checked, route, target } from './fixtures.js';

// What would be refused before anything moves, since it is somebody else's.

const RULES = ['foreign-object', 'shared-object', 'foreign-pods'];

async function found(objects: readonly object[]): Promise<readonly string[]> {
  const { findings } = await checked([canaryWith({}), ...objects]);
  return findings
    .filter(({ rule }) => RULES.includes(rule))
    .map(({ rule, severity, value, message, remedy }) => {
      assert.equal(severity, 'error');
      assert.ok(message !== '' && remedy !== '');
      return `${rule} ${String(value)}`;
    });
}

const object = (apiVersion: string, kind: string, name: string, ownerReferences: readonly object[] = []) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'test', ownerReferences },
  spec: {},
});
const canary = (name: string) => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  name,
  uid: `uid-of-${name}`,
  controller: true,
});

test('objects of a generated name', async () => {
  assert.deepEqual(await found([]), []);
  const theirs = [
    object('v1', 'Service', 'podinfo-canary'),
    object('v1', 'Service', 'podinfo-primary'),
    object('apps/v1', 'Deployment', 'podinfo-primary'),
    object('apisix.apache.org/v2', 'ApisixRoute', 'podinfo-podinfo-canary'),
  ];
  for (const one of theirs) assert.deepEqual(await found([one]), [`foreign-object ${one.kind}/${one.metadata.name}`]);
  assert.deepEqual(await found([object('v1', 'Service', 'podinfo')]), [], 'the users’ own Service is taken over');
  const others = object('v1', 'Service', 'podinfo', [canary('other')]);
  assert.deepEqual(await found([others]), ['foreign-object Service/podinfo'], 'unless another Canary has it');
  assert.deepEqual(
    await found([object('v1', 'Service', 'podinfo-canary', [{ ...canary('podinfo'), uid: '5f1c' }])]),
    [],
    'it is its own',
  );
});

test('objects that another Canary needs as well', async () => {
  const other = (edits: object) =>
    canaryWith({ 'metadata.name': 'other', 'spec.targetRef.name': 'other', 'spec.routeRef.name': 'podinfo', ...edits });
  const base = [target(), route()];
  assert.deepEqual(await found([...base, other({ 'spec.service.name': 'podinfo' })]), [
    'shared-object Service/podinfo-canary',
  ]);
  assert.deepEqual(await found([...base, other({})]), [], 'one route may have the rules of several');
});

test('workloads whose pods the selectors would find', async () => {
  const labels = { 'app.kubernetes.io/name': 'api', 'app.kubernetes.io/instance': 'red' };
  const deployment = (name: string, own: object) =>
    target({ 'metadata.name': name, 'spec.selector': { matchLabels: own }, 'spec.template.metadata': { labels: own } });
  const ours = deployment('podinfo', labels);
  assert.deepEqual(await found([ours, deployment('blue', { ...labels, 'app.kubernetes.io/instance': 'blue' })]), []);
  assert.deepEqual(await found([ours, deployment('worker', { ...labels, part: 'worker' })]), [
    'foreign-pods Deployment/podinfo',
  ]);
});

test('whatever else makes pods that the selectors would find', async () => {
  const labels = { 'app.kubernetes.io/name': 'api' };
  const template = { metadata: { labels: { ...labels, part: 'other' } }, spec: {} };
  const ours = target({ 'spec.selector': { matchLabels: labels }, 'spec.template.metadata': { labels } });
  const named = (apiVersion: string, kind: string, spec: object, own: object = {}) => ({
    apiVersion,
    kind,
    metadata: { name: 'other', namespace: 'test', ...own },
    spec,
  });
  const others = [
    named('apps/v1', 'StatefulSet', { template }),
    named('batch/v1', 'Job', { template }),
    named('batch/v1', 'CronJob', { jobTemplate: { spec: { template } } }),
    named('v1', 'Pod', {}, { labels }),
  ];
  for (const one of others) assert.deepEqual(await found([ours, one]), ['foreign-pods Deployment/podinfo'], one.kind);
  const else_ = named('v1', 'Pod', {}, { labels: { 'app.kubernetes.io/name': 'web' } });
  assert.deepEqual(await found([ours, else_, named('batch/v1', 'Job', {}), named('v1', 'Pod', {})]), []);
});

test('pods in the cluster whose maker can’t be released', async () => {
  const labels = { 'app.kubernetes.io/name': 'podinfo-primary' };
  const pod = (kind: string, phase: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'x-0',
      namespace: 'test',
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'x', uid: 'x', controller: true }],
    },
    status: { phase },
  });
  const asked: unknown[] = [];
  const cluster = (items: readonly KubeObject[]): ClusterReader => ({
    get: () => Promise.resolve(undefined),
    list: (type, options) => {
      asked.push([type.plural, options?.labelSelector]);
      return Promise.resolve({ metadata: {}, items });
    },
  });
  const kinds = async (...items: readonly KubeObject[]): Promise<readonly string[]> =>
    (await podMakersIn(cluster(items), 'test', labels)).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  assert.deepEqual(await kinds(pod('StatefulSet', 'Running')), ['StatefulSet/x']);
  assert.deepEqual(asked, [['pods', 'app.kubernetes.io/name=podinfo-primary']]);
  assert.deepEqual(
    await kinds(pod('ReplicaSet', 'Running'), pod('DaemonSet', 'Pending')),
    [],
    'found by their workloads',
  );
  assert.deepEqual(await kinds(pod('Job', 'Succeeded')), [], 'it answers nobody any more');
  const { ownerReferences: _none, ...bare } = pod('Job', 'Running').metadata;
  assert.deepEqual(await kinds({ ...pod('Job', 'Running'), metadata: bare }), ['Pod/x-0']);
  const forbidding = { ...cluster([]), list: () => Promise.reject(new KubeError(403, 'Forbidden', 'no')) };
  assert.deepEqual(await podMakersIn(forbidding, 'test', labels), []);
});
