import { asksForBaseline, baselineServiceName, baselineTargetName } from '../../crds/baseline.js';
import type { Canary } from '../../crds/canary.js';
import { policyOfCanary } from '../../crds/policy.js';
import { DEPLOYMENTS, SERVICES, type ResourceType } from '../../kube/object.js';
import type { OwnedObject } from '../../kubernetes/ownership.js';

/** The Services created for a target with pods; a target of kind Service has copies of its own. */
export function ownedServices({ service, targetRef, judgement }: Canary): readonly OwnedObject[] {
  if (targetRef.kind === SERVICES.kind) return [];
  return [
    { type: SERVICES, name: service.canaryName },
    { type: SERVICES, name: service.primaryName },
    { type: SERVICES, name: service.name, takesOver: true },
    ...(asksForBaseline({ judgement }) ? [{ type: SERVICES, name: baselineServiceName({ service }) }] : []),
  ];
}

/** The copies of a target of kind Service. */
export function ownedCopies({ service, targetRef, status }: Canary): readonly OwnedObject[] {
  return [
    // Flagger gives the primary the target's owners with each promotion: the Canary is no longer its owner then.
    { type: SERVICES, name: targetRef.primaryName, takesOver: status.lastPromotedSpec !== '' },
    { type: SERVICES, name: service.canaryName },
  ];
}

/** The primary of a target with pods, and the workload with pods of its former version. */
export function ownedWorkloads(type: ResourceType, canary: Canary): readonly OwnedObject[] {
  const primary = { type, name: canary.targetRef.primaryName };
  return [primary, ...(type === DEPLOYMENTS ? [...ownedWarm(canary), ...ownedBaseline(canary)] : [])];
}

/** None where the Canary keeps no pods for an undo. */
export function ownedWarm(canary: Canary): readonly OwnedObject[] {
  if (policyOfCanary(canary).keepPreviousSeconds === undefined) return [];
  return [{ type: DEPLOYMENTS, name: warmName(canary) }];
}

/** None where the Canary isn't compared with a fresh baseline. */
export function ownedBaseline(canary: Canary): readonly OwnedObject[] {
  return asksForBaseline(canary) ? [{ type: DEPLOYMENTS, name: baselineTargetName(canary) }] : [];
}

/** Name of the Deployment with pods of the former version. */
function warmName({ targetRef }: Pick<Canary, 'targetRef'>): string {
  return `${targetRef.name}-previous`;
}
