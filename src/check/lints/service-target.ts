import type { Finding } from '../finding.js';
import { about, type Lint } from '../subject.js';

/** Targets of kind Service: a release divides users between two copies of it. */

export const serviceLeadsToPods: Lint = ({ service }) => {
  if (service?.state !== 'found') return [];
  const { title, type, selector } = service.value;
  if (type === 'ExternalName' || Object.keys(selector).length > 0) return [];
  return [
    {
      rule: 'service-without-selector',
      severity: 'warning',
      object: title,
      field: 'spec.selector',
      message: 'it selects no pods, so no change of it is a new version of anything: no release will ever start',
      remedy: 'give it a selector, and change that to release other pods',
    },
  ];
};

export const serviceHasThePort: Lint = (subject): Finding[] => {
  const { canary, service } = subject;
  if (service?.state !== 'found') return [];
  const { title, ports } = service.value;
  const { port } = canary.service;
  if (ports.includes(port)) return [];
  return [
    about(subject, {
      rule: 'service-without-port',
      severity: 'error',
      field: 'spec.service.port',
      value: port,
      message: `${title} has no port ${port}, nor have its copies, to which the traffic provider sends users: ${ports.join(', ') || 'none'} is all it has`,
      remedy: 'use one of its ports',
    }),
  ];
};
