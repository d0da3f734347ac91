import type { KubeObject } from '../../src/kube/object.js';
import { daemonSets } from '../../src/workloads/daemonset/daemonset.js';
import { deployments } from '../../src/workloads/deployment/deployment.js';
import type { PodController, PodKind } from '../../src/workloads/shared/pod-controller.js';
import type { PrimaryWish } from '../../src/workloads/shared/primary.js';

export const OWNER = {
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  name: 'podinfo',
  uid: 'c-1',
  controller: true,
  blockOwnerDeletion: true,
} as const;

type Fields = Readonly<Record<string, unknown>>;

/** A target as a team has it, with everything in it that a primary treats in its own way. */
export function target(kind: PodKind, spec: Fields = {}, metadata: Fields = {}): PodController {
  return {
    apiVersion: 'apps/v1',
    kind: kind.kind,
    metadata: {
      name: 'podinfo',
      namespace: 'test',
      labels: { app: 'podinfo', 'team.example.com/name': 'red', 'kustomize.toolkit.fluxcd.io/name': 'apps' },
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'team.example.com/pager': '7',
        'kustomize.toolkit.fluxcd.io/checksum': 'abc',
      },
      ...metadata,
    },
    spec: {
      minReadySeconds: 3,
      revisionHistoryLimit: 4,
      ...(kind === deployments
        ? { replicas: 2, progressDeadlineSeconds: 60, paused: true, strategy: { type: 'RollingUpdate' } }
        : { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } }),
      selector: { matchLabels: { app: 'podinfo', tier: 'web' } },
      template: {
        metadata: {
          labels: { app: 'podinfo', tier: 'web', 'kustomize.toolkit.fluxcd.io/name': 'apps' },
          annotations: { 'prometheus.io/scrape': 'true', 'kustomize.toolkit.fluxcd.io/checksum': 'abc' },
        },
        spec: { containers: [{ name: 'podinfod', image: 'podinfo:6.0.0' }] },
      },
      ...spec,
    },
  };
}

export function wish(kind: PodKind, more: Partial<PrimaryWish> = {}): PrimaryWish {
  return {
    kind,
    name: 'podinfo-primary',
    namespace: 'test',
    owner: OWNER,
    selector: { label: 'app', value: 'podinfo', labels: { app: 'podinfo' } },
    selectedBy: {},
    prefixes: [],
    copies: new Map(),
    rolloutId: 'id-1',
    autoscaled: false,
    ...more,
  };
}

export const KINDS = [deployments, daemonSets];

export function objectOf(apiVersion: string, kind: string, name: string, fields: Fields, metadata: Fields = {}) {
  return { apiVersion, kind, metadata: { name, namespace: 'test', ...metadata }, ...fields } as KubeObject;
}
