import type { ResourceType } from '../../kubernetes/object.js';

/** What is said of an object that isn't there, in Flagger's words. */
export function missing(type: ResourceType, name: string, namespace: string): string {
  const group = type.apiVersion.includes('/') ? `.${type.apiVersion.split('/')[0] ?? ''}` : '';
  return `${type.kind.toLowerCase()} ${name}.${namespace} get query error: ${type.plural}${group} "${name}" not found`;
}
