import type { Canary } from '../../crds/canary.js';
import type { ResourceType } from '../../kube/object.js';

/** The message about a missing object, in Flagger's words. */
export function missing(type: ResourceType, name: string, namespace: string): string {
  const group = type.apiVersion.includes('/') ? `.${type.apiVersion.split('/')[0] ?? ''}` : '';
  return `${type.kind.toLowerCase()} ${name}.${namespace} get query error: ${type.plural}${group} "${name}" not found`;
}

/** The message about a missing primary that can't be created again. @param runs hash of its revision */
export function lostMessage(type: ResourceType, { namespace, targetRef }: Canary, runs: string): string {
  const known = runs === '' ? 'what it ran' : `what it ran (revision ${runs})`;
  return `${type.kind.toLowerCase()} ${targetRef.primaryName}.${namespace} is gone, and ${known} isn't known any more: restore it, or put that revision into ${targetRef.name} again`;
}
