import type { PodController, PodControllerSpec } from '../shared/pod-controller.js';

/** The parts of a Deployment that are read; the rest is carried along. */
export interface Deployment extends PodController {
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus;
}

export interface DeploymentSpec extends PodControllerSpec {
  readonly replicas?: number;
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

export function asDeployment(controller: PodController): Deployment {
  return controller;
}
