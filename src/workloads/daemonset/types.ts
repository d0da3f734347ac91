import type { PodController, PodControllerSpec } from '../shared/pod-controller.js';

/** The parts of a DaemonSet that are read; the rest is carried along. */
export interface DaemonSet extends PodController {
  readonly spec: DaemonSetSpec;
  readonly status?: DaemonSetStatus;
}

export interface DaemonSetSpec extends PodControllerSpec {
  readonly updateStrategy?: { readonly type?: string; readonly [field: string]: unknown };
}

export interface DaemonSetStatus {
  readonly observedGeneration?: number;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
}

export function asDaemonSet(controller: PodController): DaemonSet {
  return controller;
}
