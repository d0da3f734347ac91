import type { Canary } from '../../crds/canary.js';
import type { ResourceType } from '../../kube/object.js';

/** What is said of an object that isn't there, in Flagger's words. */
export function missing(type: ResourceType, name: string, namespace: string): string {
  const group = type.apiVersion.includes('/') ? `.${type.apiVersion.split('/')[0] ?? ''}` : '';
  return `${type.kind.toLowerCase()} ${name}.${namespace} get query error: ${type.plural}${group} "${name}" not found`;
}

/** What is said of a primary that is gone and can't be made again. @param runs hash of what it was to run */
export function lostMessage(type: ResourceType, { namespace, targetRef }: Canary, runs: string): string {
  const known = runs === '' ? 'what it ran' : `what it ran (revision ${runs})`;
  return `${type.kind.toLowerCase()} ${targetRef.primaryName}.${namespace} is gone, and ${known} isn't known any more: restore it, or put that revision into ${targetRef.name} again`;
}
