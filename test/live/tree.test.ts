import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../src/api/live/tree.js';
import type { CanarySummary } from '../../src/api/schema/canary.js';
import type { LiveNode } from '../../src/api/schema/live.js';
import type { KubeObject } from '../../src/kube/object.js';
import { deployment } from '../harness/kubernetes/cluster.js';

const summary: CanarySummary = {
  ...{
    cluster: 'c',
    namespace: 'test',
    name: 'podinfo',
    phase: 'Progressing',
    standing: 'progressing',
    canaryWeight: 20,
    failedChecks: 0,
  },
  ...{ target: { kind: 'Deployment', name: 'podinfo' }, provider: 'apisix', revision: 'v2', promotedRevision: 'v1' },
  ...{ suspended: false, message: 'New revision detected.', releaseUnderWay: true },
};

function pod(name: string, status: object, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, status };
}

const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const waiting = (reason: string, restartCount = 0) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'app', restartCount, state: { waiting: { reason } } }],
});

const sized = (name: string, replicas: number, availableReplicas: number): KubeObject => ({
  ...deployment('test', name, `${name}:1`, { replicas }),
  status: { availableReplicas },
});

const lines = (nodes: readonly LiveNode[], depth = 0): string[] =>
  nodes.flatMap(({ kind, name, health, status, detail, children }) => [
    `${'  '.repeat(depth)}${kind} ${name}: ${health}, ${status}${detail === undefined ? '' : ` (${detail})`}`,
    ...lines(children, depth + 1),
  ]);

test('a Canary is shown down to its pods', () => {
  const tree = treeOf(
    summary,
    {
      object: sized('podinfo-primary', 2, 2),
      readiness: { ready: true },
      pods: [pod('p-1', ready), pod('p-2', ready, { deletionTimestamp: 'now' })],
    },
    {
      object: sized('podinfo', 2, 1),
      readiness: { ready: false, retriable: true, reason: '1 of 2 updated replicas are available', available: true },
      pods: [
        pod('c-1', { ...ready, containerStatuses: [{ name: 'app', restartCount: 2, state: {} }] }),
        pod('c-2', waiting('ContainerCreating')),
        pod('c-3', waiting('CrashLoopBackOff', 1)),
        pod('c-4', {}),
      ],
    },
  );
  assert.deepEqual(lines(tree), [
    'Canary podinfo: busy, Progressing (New revision detected.)',
    '  Revision v1: good, stable, 80% of requests',
    '    Deployment podinfo-primary: good, 2 of 2 available (podinfo-primary:1)',
    '      Pod p-1: good, ready',
    '      Pod p-2: idle, Terminating',
    '  Revision v2: busy, canary, 20% of requests',
    '    Deployment podinfo: busy, 1 of 2 available (1 of 2 updated replicas are available)',
    '      Pod c-1: good, ready (2 restarts)',
    '      Pod c-2: busy, ContainerCreating',
    '      Pod c-3: bad, CrashLoopBackOff (1 restart)',
    '      Pod c-4: busy, Unknown',
  ]);
});

test('what is missing, at rest or not valid is said', () => {
  const nothing = { object: undefined, readiness: undefined, pods: undefined };
  const atRest = {
    ...summary,
    phase: 'Succeeded',
    canaryWeight: 0,
    revision: 'v2',
    promotedRevision: 'v2',
    message: '',
  } as const;
  const target = { object: sized('podinfo', 0, 0), readiness: undefined, pods: [] };
  assert.deepEqual(lines(treeOf(atRest, nothing, target)), [
    'Canary podinfo: good, Succeeded',
    '  Revision v2: good, stable, 100% of requests',
    '    Deployment podinfo-primary: idle, does not exist',
    '  Revision v2: idle, canary, 0% of requests',
    '    Deployment podinfo: idle, no pods wanted (podinfo:1)',
  ]);
  const [invalid] = treeOf({ ...atRest, problem: 'spec.x: y' }, nothing, nothing);
  assert.deepEqual([invalid?.health, invalid?.detail], ['bad', 'spec.x: y']);
  const service = {
    object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } },
    readiness: undefined,
    pods: undefined,
  };
  assert.match(lines(treeOf(atRest, nothing, service)).at(-1) ?? '', /: good, exists$/);
});
