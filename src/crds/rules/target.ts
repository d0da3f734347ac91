import { providersWith, trafficFeatures } from '../traffic.js';
import type { Rule } from './rule.js';

/** Rules for targets and their traffic providers. */

/** Custom kinds with the name of a built-in one: the built-in one would be released instead. */
export const targetIsBuiltIn: Rule = ({ targetRef: { apiVersion, kind } }) => {
  // Groups of custom resources have a dot in their names; those of Deployments, DaemonSets and Services don't.
  if (!(apiVersion.split('/')[0] ?? '').includes('.') || !apiVersion.includes('/')) return undefined;
  const field = 'spec.targetRef.apiVersion';
  if (apiVersion.startsWith('serving.knative.dev/')) {
    const remedy = "Knative Services can't be released by this version of Serinus; use a Deployment behind a Service";
    return { field, value: apiVersion, remedy };
  }
  return { field, value: apiVersion, remedy: `use ${BUILT_IN[kind]}: other kinds of ${kind} can't be released` };
};

const BUILT_IN = { DaemonSet: 'apps/v1', Deployment: 'apps/v1', Service: 'v1' } as const;

/** A Service under release leads to the new version from the start: users must come by the provider's route. */
export const serviceTargetIsRouted: Rule = ({ targetRef, provider: named }, { defaultProvider }) => {
  const provider = named ?? defaultProvider;
  if (targetRef.kind !== 'Service' || !trafficFeatures(provider).viaApex) return undefined;
  const able = providersWith((features) => !features.viaApex);
  const remedy = `${provider} leads users by the Service ${targetRef.name} itself, so that its change would reach all of them at once; use a provider that routes to ${targetRef.name}-primary: ${able}`;
  return { field: 'spec.provider', value: provider, remedy };
};

/** Its copies are named after it, and the route's backends after the Service. */
export const serviceTargetKeepsName: Rule = ({ targetRef, service }) => {
  const name = service?.name;
  if (targetRef.kind !== 'Service' || !name || name === targetRef.name) return undefined;
  const remedy = `leave it out, or use ${targetRef.name}: the target is the Service`;
  return { field: 'spec.service.name', value: name, remedy };
};

export const autoscalerFitsTarget: Rule = ({ targetRef: { kind }, autoscalerRef }) =>
  autoscalerRef === undefined || kind === 'Deployment'
    ? undefined
    : {
        field: 'spec.autoscalerRef',
        value: autoscalerRef,
        remedy: `can't use autoscaler with ${kind}, which has no replicas: remove it`,
      };
