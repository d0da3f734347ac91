import type { Canary } from '../../crds/canary.js';
import type { KubeObject } from '../../kube/object.js';
import { DESTINATION_RULES } from './objects.js';

/**
 * The DestinationRule of one of the two Services. Its host and its traffic policy are ours, as `service.trafficPolicy`
 * has it; subsets and the like are whoever's added them.
 *
 * @param name of the Service and of its DestinationRule
 */
export function desiredDestinationRule(canary: Canary, name: string, current: KubeObject | undefined): KubeObject {
  const { trafficPolicy: _policy, ...others } = (current?.['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  const { trafficPolicy } = canary.service;
  return {
    ...current,
    apiVersion: DESTINATION_RULES.apiVersion,
    kind: DESTINATION_RULES.kind,
    metadata: current?.metadata ?? { name, namespace: canary.namespace, ownerReferences: [canary.owner] },
    spec: { ...others, host: name, ...(trafficPolicy ? { trafficPolicy } : {}) },
  };
}
