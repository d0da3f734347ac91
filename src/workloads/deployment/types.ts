import type { KubeObject, ObjectMeta } from '../../kubernetes/object.js';
import type { PodSpec } from '../../kubernetes/objects/config-references.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';

/** The parts of a Deployment that are looked at; the rest is carried along. */
export interface Deployment extends KubeObject {
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus;
}

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly selector: { readonly matchLabels?: StringMap; readonly [field: string]: unknown };
  readonly template: PodTemplate;
  readonly progressDeadlineSeconds?: number;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly strategy?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

export interface DeploymentCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
}

export function asDeployment(object: KubeObject): Deployment {
  return object as Deployment;
}
