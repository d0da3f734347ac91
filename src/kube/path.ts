import { isApiVersion, isNamespaceName, isPathSegment, isPluralName } from '../domain/names.js';
import { UserError } from '../errors.js';
import type { ResourceType } from './object.js';

/**
 * Path of an object at the API server: `/apis/apps/v1/namespaces/shop/deployments/cart/status` and the like. Every path
 * is made here, of checked parts: with a `/`, a `..` or a `?` in a part, its author could choose what Serinus requests
 * under its own identity.
 *
 * @param namespace undefined for objects without one, and for lists of all namespaces
 * @throws UserError for an invalid part, with its field and value
 */
export function pathOf(type: ResourceType, namespace?: string, name?: string, subresource?: string): string {
  const { apiVersion, kind, plural } = type;
  demand(isApiVersion(apiVersion), 'apiVersion', apiVersion, `the group and version of an API with the kind ${kind}`);
  demand(isPluralName(plural), 'plural', plural, `what the kind ${kind} is called in paths`);
  if (namespace !== undefined) demand(isNamespaceName(namespace), 'namespace', namespace, 'the name of a namespace');
  if (name !== undefined) demand(isPathSegment(name), 'name', name, `the name of an object of kind ${kind}`);
  if (subresource !== undefined) demand(isPathSegment(subresource), 'subresource', subresource, 'a subresource');
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const parts = [...(namespace === undefined ? [] : ['namespaces', namespace]), plural, name, subresource];
  return [root, ...parts.filter((part) => part !== undefined)].join('/');
}

/**
 * The last check before a path is requested, whether {@link pathOf} or a metrics provider made it: it must be below the
 * API server's roots, and a URL must read it exactly as it is written.
 *
 * @throws UserError
 */
export function demandPath(path: string): void {
  const [plain = ''] = path.split('?', 1);
  const parts = plain.split('/').slice(1);
  const whole = ROOTS.test(plain) && parts.every(isSegmentOfPath) && isReadAsWritten(plain);
  if (!whole || path.includes('#')) {
    throw new UserError(`path: ${JSON.stringify(path.slice(0, SHOWN))} is none of the Kubernetes API`);
  }
}

const ROOTS = /^\/(?:api|apis)\//;
const SHOWN = 200;

/** An escaped character in a metric's name must not become a separator. */
function isSegmentOfPath(part: string): boolean {
  try {
    const read = decodeURIComponent(part);
    // No name contains a separator or a control character.
    return part !== '' && read !== '.' && read !== '..' && !/[/\\\p{Cc}]/u.test(read);
  } catch {
    return false;
  }
}

function isReadAsWritten(path: string): boolean {
  return URL.canParse(path, 'http://api') && new URL(path, 'http://api').pathname === path;
}

function demand(isIt: boolean, field: string, value: string, what: string): void {
  if (isIt) return;
  throw new UserError(`${field}: ${JSON.stringify(value.slice(0, SHOWN))} is not ${what}`);
}
