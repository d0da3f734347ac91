import type { z } from 'zod';
import type { CanaryService, CustomMetadata } from '../types.js';
import type { serviceSchema } from '../schema/service.js';

type ServiceSpec = z.output<typeof serviceSchema>;

/** @param target name of the target, which the Services get unless the spec names them */
export function serviceOf(spec: ServiceSpec, target: string): CanaryService {
  const name = spec.name || target;
  return {
    ...spec,
    name,
    primaryName: `${name}-primary`,
    canaryName: `${name}-canary`,
    portName: spec.portName || 'http',
    namesPort: Boolean(spec.portName),
    targetPort: isUnset(spec.targetPort) ? spec.port : spec.targetPort,
    portDiscovery: spec.portDiscovery ?? false,
    headless: spec.headless ?? false,
    delegation: spec.delegation ?? false,
    hosts: spec.hosts ?? [],
    gateways: spec.gateways ?? [],
    backends: spec.backends ?? [],
    apex: customMetadata(spec.apex),
    primary: customMetadata(spec.primary),
    canary: customMetadata(spec.canary),
    unmanagedMetadata: {
      annotations: spec.unmanagedMetadata?.annotations ?? [],
      labels: spec.unmanagedMetadata?.labels ?? [],
    },
  };
}

/** A zero means "none", as a number and as a text; so does an empty text. */
function isUnset(port: number | string | undefined): port is undefined | 0 | '0' | '' {
  return port === undefined || port === '' || String(port) === '0';
}

function customMetadata(spec: ServiceSpec['apex']): CustomMetadata {
  return { labels: spec?.labels ?? {}, annotations: spec?.annotations ?? {} };
}
