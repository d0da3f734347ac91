/** A whole Kubernetes object as JSON: fields unknown to Serinus survive a read and a write. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedField[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ManagedField {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** A kind of object and where the API server serves it. */
export interface ResourceType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

/** An object by its kind and name, where the namespace is known. */
export interface NamedObject {
  readonly type: ResourceType;
  readonly name: string;
}

export const CANARIES: ResourceType = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', plural: 'canaries' };
export const METRIC_TEMPLATES: ResourceType = {
  apiVersion: 'flagger.app/v1beta1',
  kind: 'MetricTemplate',
  plural: 'metrictemplates',
};
export const ALERT_PROVIDERS: ResourceType = {
  apiVersion: 'flagger.app/v1beta1',
  kind: 'AlertProvider',
  plural: 'alertproviders',
};
export const DEPLOYMENTS: ResourceType = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' };
export const DAEMON_SETS: ResourceType = { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' };
export const CONTROLLER_REVISIONS: ResourceType = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
};
export const PODS: ResourceType = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' };
export const SERVICES: ResourceType = { apiVersion: 'v1', kind: 'Service', plural: 'services' };
export const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' };
export const SECRETS: ResourceType = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' };
export const EVENTS: ResourceType = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
export const ENDPOINT_SLICES: ResourceType = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
};
export const HORIZONTAL_POD_AUTOSCALERS: ResourceType = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
};
export const SCALED_OBJECTS: ResourceType = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  plural: 'scaledobjects',
};
export const POD_DISRUPTION_BUDGETS: ResourceType = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
};
export const LEASES: ResourceType = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' };

/** `Kind/name`, for people. */
export function titleOf(object: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${object.kind}/${object.metadata.name}`;
}

/**
 * Which of two versions of one object is newer. Resource versions are decimal numbers that grow
 * (KEP-5504; true of every API server backed by etcd).
 */
export function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [va, vb] = [a.metadata.resourceVersion ?? '0', b.metadata.resourceVersion ?? '0'];
  if (!/^\d+$/.test(va) || !/^\d+$/.test(vb)) return va !== vb;
  return va.length === vb.length ? va > vb : va.length > vb.length;
}
