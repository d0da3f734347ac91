import { isOwnRoute } from '../traffic.js';
import { firstOf, httpUrl, wholeBetween, type Rule } from './rule.js';

/** Rules for the objects and Services in a Canary. */

const HIGHEST_PORT = 65_535;

export const metricsServerIsUrl: Rule = ({ metricsServer }) => httpUrl('spec.metricsServer', metricsServer);

export const deadlineIsPositive: Rule = ({ progressDeadlineSeconds }) =>
  wholeBetween('spec.progressDeadlineSeconds', progressDeadlineSeconds, 1, Number.MAX_SAFE_INTEGER);

export const scalerBoundsFit: Rule = ({ autoscalerRef }) => {
  const { minReplicas = 1, maxReplicas } = autoscalerRef?.primaryScalerReplicas ?? {};
  if (maxReplicas === undefined || minReplicas <= maxReplicas) return undefined;
  return {
    field: 'spec.autoscalerRef.primaryScalerReplicas.minReplicas',
    value: minReplicas,
    remedy: `use a number that is not above maxReplicas (${maxReplicas})`,
  };
};

export const apisixHasRoute: Rule = ({ provider, routeRef }, { defaultProvider }) =>
  (provider ?? defaultProvider) !== 'apisix' || routeRef
    ? undefined
    : {
        field: 'spec.routeRef',
        value: undefined,
        remedy: 'apisix route selector is empty: set it to the ApisixRoute that leads to the service',
      };

export const ingressIsNamed: Rule = ({ provider, ingressRef }, { defaultProvider }) => {
  const name = provider ?? defaultProvider;
  if ((name !== 'nginx' && name !== 'skipper') || ingressRef) return undefined;
  const remedy = 'ingress selector is empty: set it to the Ingress that leads to the service';
  return { field: 'spec.ingressRef', value: undefined, remedy };
};

export const gatewayIsNamed: Rule = ({ provider, service, routeRef }, { defaultProvider }) => {
  const name = provider ?? defaultProvider;
  if (!name.startsWith('gatewayapi:') || !service || service.gatewayRefs?.length) return undefined;
  // The users' own route names its Gateways itself.
  if (isOwnRoute(name, routeRef)) return undefined;
  const remedy = 'GatewayRefs must be specified when using Gateway API as a provider: name the Gateways of the route';
  return { field: 'spec.service.gatewayRefs', value: undefined, remedy };
};

export const portIsValid: Rule = ({ service }) => wholeBetween('spec.service.port', service?.port, 1, HIGHEST_PORT);

/** A number in quotes is no number to Kubernetes, and no name either: a port's name contains a letter. */
export const targetPortIsValid: Rule = ({ service }) => {
  const field = 'spec.service.targetPort';
  const value = service?.targetPort;
  if (typeof value === 'number') return wholeBetween(field, value, 0, HIGHEST_PORT);
  if (value === undefined || value === '0' || value === '' || isPortName(value)) return undefined;
  return { field, value, remedy: 'use a number without quotes, or the name of a container port' };
};

/** Kubernetes' rule for ports of containers. */
function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}

/** Kubernetes' rule for ports of Services. */
export const portNameIsValid: Rule = ({ service }) => {
  const { portName = '' } = service ?? {};
  if (portName === '' || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(portName)) return undefined;
  const remedy = 'a port of a Service can’t have this name: use lower case letters, digits and "-" only';
  return { field: 'spec.service.portName', value: portName, remedy };
};

export const upstreamIsNear: Rule = ({ upstreamRef }, { namespace, noCrossNamespaceRefs }) =>
  foreign(noCrossNamespaceRefs, namespace, 'spec.upstreamRef.namespace', 'gloo upstream', upstreamRef);

export const templatesAreNear: Rule = ({ analysis: { metrics = [] } }, { namespace, noCrossNamespaceRefs }) =>
  firstOf(metrics, ({ templateRef }, index) =>
    foreign(
      noCrossNamespaceRefs,
      namespace,
      `spec.analysis.metrics[${index}].templateRef.namespace`,
      'metric template',
      templateRef,
    ),
  );

export const alertProvidersAreNear: Rule = ({ analysis: { alerts = [] } }, { namespace, noCrossNamespaceRefs }) =>
  firstOf(alerts, ({ providerRef }, index) =>
    foreign(
      noCrossNamespaceRefs,
      namespace,
      `spec.analysis.alerts[${index}].providerRef.namespace`,
      'alert provider',
      providerRef,
    ),
  );

function foreign(
  blocked: boolean,
  home: string,
  field: string,
  what: string,
  ref: { readonly name: string; readonly namespace?: string | undefined } | undefined,
) {
  if (!blocked || !ref?.namespace || ref.namespace === home) return undefined;
  const remedy = `can't access ${what} ${ref.name}.${ref.namespace}, cross-namespace references are blocked`;
  return { field, value: ref.namespace, remedy };
}
