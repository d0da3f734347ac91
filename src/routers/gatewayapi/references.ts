import type { Canary } from '../../crds/canary.js';
import type { BackendRef, Rule, ServiceRef } from './http-route.js';

export function serviceRef(canary: Canary, name: string): ServiceRef {
  return { group: '', kind: 'Service', name, port: canary.service.port };
}

/** Whether a reference is to that Service of the Canary's namespace. */
export function isService(ref: ServiceRef, canary: Canary, name: string): boolean {
  const { group = '', kind = 'Service', namespace = canary.namespace } = ref;
  return group === '' && kind === 'Service' && namespace === canary.namespace && ref.name === name;
}

export function refTo(rule: Rule | undefined, canary: Canary, service: string): BackendRef | undefined {
  return rule?.backendRefs?.find((ref) => isService(ref, canary, service));
}

/** Whether a rule leads to the Canary. All others belong to users. */
export function isOurs(rule: Rule, canary: Canary): boolean {
  const { name, primaryName, canaryName } = canary.service;
  return [name, primaryName, canaryName].some((service) => refTo(rule, canary, service) !== undefined);
}

/** The rule that divides the traffic: behind those that keep clients where they are. */
export function weightedRule(rules: readonly Rule[], canary: Canary): Rule | undefined {
  const { primaryName, canaryName } = canary.service;
  return rules.filter((rule) => refTo(rule, canary, primaryName) && refTo(rule, canary, canaryName)).at(-1);
}
