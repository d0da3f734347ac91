import { DEPLOYMENTS } from '../../kube/object.js';
import type { PodController, PodKind } from '../shared/pod-controller.js';
import { withPrimaryAffinity } from './affinity.js';
import { deploymentReadiness } from './readiness.js';
import { asDeployment } from './types.js';

/** Targets of kind Deployment: their size is a number. */
export const deployments: PodKind = {
  kind: DEPLOYMENTS.kind,
  type: DEPLOYMENTS,
  copied: ['progressDeadlineSeconds', 'minReadySeconds', 'revisionHistoryLimit', 'strategy'],
  check: () => undefined,
  template: ({ spec }) => spec.template,
  primaryPods: withPrimaryAffinity,
  firstSize: (target) => ({ replicas: Math.max(1, replicasOf(target)) }),
  promotedSize: (target) => {
    const replicas = replicasOf(target);
    // A target that somebody has scaled to zero must not scale the primary to zero.
    return replicas > 0 ? { replicas } : {};
  },
  replicas: replicasOf,
  scaled: (controller, replicas) =>
    asDeployment(controller).spec.replicas === replicas
      ? controller
      : { ...controller, spec: { ...controller.spec, replicas } },
  readiness: (controller, rule, now) => deploymentReadiness(asDeployment(controller), rule, now),
};

/** Kubernetes's default is one. */
function replicasOf(controller: PodController): number {
  return asDeployment(controller).spec.replicas ?? 1;
}
