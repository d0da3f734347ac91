/**
 * How Kubernetes names things. Users' text becomes part of a path, a label or a query only where it is such a name: no
 * object can have any other.
 */

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN_PART = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const VERSION = /^v[0-9][0-9a-z]{0,30}$/;
const LONGEST_SUBDOMAIN = 253;

/** Of a namespace: a DNS label. */
export function isNamespaceName(text: string): boolean {
  return LABEL.test(text);
}

/** Of an object, such as a Deployment or a custom resource: a DNS subdomain. */
export function isObjectName(text: string): boolean {
  return text.length <= LONGEST_SUBDOMAIN && text.split('.').every((part) => SUBDOMAIN_PART.test(part));
}

/** `v1`, `apps/v1`, `gateway.networking.k8s.io/v1beta1`. */
export function isApiVersion(text: string): boolean {
  const [first = '', second, ...more] = text.split('/');
  if (more.length > 0) return false;
  return second === undefined ? VERSION.test(first) : isObjectName(first) && VERSION.test(second);
}

/** Plural name of a kind, as in paths: `deployments`. */
export function isPluralName(text: string): boolean {
  return LABEL.test(text);
}

const SEGMENT = /^[A-Za-z0-9:._-]{1,253}$/;

/** A name that can be part of a path, of any kind of object: some, such as roles, may have capitals and colons. */
export function isPathSegment(text: string): boolean {
  return SEGMENT.test(text) && text !== '.' && text !== '..';
}
