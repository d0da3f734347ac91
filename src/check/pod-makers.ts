import { KubeError } from '../kube/kube-error.js';
import { PODS, type KubeObject } from '../kube/object.js';
import { controllerOf } from '../kubernetes/ownership.js';
import type { StringMap } from '../kubernetes/objects/metadata.js';
import type { ClusterReader } from './object-lookup.js';

/**
 * Other sources of pods than the kinds that can be released: StatefulSets, Jobs, bare pods. Where their pods have the
 * labels of a Canary's selectors, they get its users' requests as well.
 */

/** Kinds whose pods are found by their own controller. */
const RELEASED = ['ReplicaSet', 'DaemonSet'];

/** As a workload with a template, whatever the kind; undefined for one that creates no pods. */
export function asPodMaker(object: KubeObject): KubeObject | undefined {
  const labels = labelsOf(object);
  return labels && withLabels(object.kind, object.metadata, labels);
}

function labelsOf({ kind, metadata, ...object }: KubeObject): StringMap | undefined {
  const spec = record(object['spec']);
  switch (kind) {
    case 'Pod':
      return metadata.labels ?? {};
    case 'StatefulSet':
    case 'Job':
    case 'ReplicaSet':
      return labelsIn(spec['template']);
    case 'CronJob':
      return labelsIn(record(record(spec['jobTemplate'])['spec'])['template']);
    default:
      return undefined;
  }
}

/**
 * The workloads of a namespace that create pods with certain labels.
 *
 * @returns none where the user may not see pods
 */
export async function podMakersIn(
  cluster: ClusterReader,
  namespace: string,
  labels: StringMap,
): Promise<readonly KubeObject[]> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  try {
    const { items } = await cluster.list(PODS, { namespace, labelSelector, limit: MOST });
    return items.flatMap((pod) => makerOf(pod) ?? []);
  } catch (error) {
    if (error instanceof KubeError && error.status === 403) return [];
    throw error;
  }
}

/** One is enough for a finding; a page holds that many. */
const MOST = 500;

function makerOf(pod: KubeObject): KubeObject | undefined {
  const { phase } = record(pod['status']);
  // A pod that has ended gets no requests.
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const controller = controllerOf(pod);
  if (!controller) return withLabels('Pod', pod.metadata, pod.metadata.labels ?? {});
  if (RELEASED.includes(controller.kind)) return undefined;
  return withLabels(controller.kind, { ...pod.metadata, name: controller.name }, pod.metadata.labels ?? {});
}

function withLabels(
  kind: string,
  { name, namespace }: Pick<KubeObject['metadata'], 'name' | 'namespace'>,
  labels: StringMap,
): KubeObject {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion: '', kind, metadata, spec: { selector: {}, template: { metadata: { labels } } } };
}

function labelsIn(template: unknown): StringMap {
  return (record(record(template)['metadata'])['labels'] as StringMap | undefined) ?? {};
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
