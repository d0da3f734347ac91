import { isNamespaceName } from '../../domain/names.js';
import { QueryRefused } from '../errors.js';

const FORMAT = '[<namespace>/]<metric>[?labelSelector=<url-encoded selector>]';
const DEFAULT_NAMESPACE = 'default';

/**
 * The path of a query such as `my-ns/queue_length?labelSelector=app%3Dcart`, below the API server's address.
 *
 * @throws QueryRefused
 */
export function pathOf(query: string): string {
  const [path = '', ...rest] = query.trim().split('?');
  const parts = decoded(path).split('/');
  if (parts.length > 2) throw malformed('too many slashes', query);
  const metric = parts.at(-1) ?? '';
  const namespace = (parts.length === 2 && parts[0]) || DEFAULT_NAMESPACE;
  if (metric === '') throw malformed('metric name cannot be empty', query);
  // Those would lead somewhere else.
  if (metric === '.' || metric === '..') throw malformed(`${JSON.stringify(metric)} is no name`, query);
  if (!isNamespaceName(namespace)) throw malformed(`${JSON.stringify(namespace)} is no name of a namespace`, query);
  const selector = new URLSearchParams(rest.join('?')).get('labelSelector');
  return externalMetricPath(namespace, metric, selector ?? '');
}

export function externalMetricPath(namespace: string, metric: string, labelSelector = ''): string {
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(metric)}`;
  return labelSelector === '' ? path : `${path}?labelSelector=${encodeURIComponent(labelSelector)}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw malformed('% must begin two hexadecimal digits', path);
  }
}

function malformed(why: string, query: string): QueryRefused {
  return new QueryRefused(
    `error parsing metric query: ${why}, expected ${FORMAT}, got ${JSON.stringify(query.trim().slice(0, 200))}`,
  );
}
