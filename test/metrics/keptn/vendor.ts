import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { clusterAt, status } from '../kubernetes.js';
import { create, NOW } from '../template.js';

const TOKEN = 'zQ7-token-that-nobody-may-see';

/** A KeptnMetric as Keptn's operator leaves it; without a value before it was first looked up. */
export function keptnMetric(value: string | undefined): Answer {
  return json(200, {
    apiVersion: 'metrics.keptn.sh/v1beta1',
    kind: 'KeptnMetric',
    metadata: { name: 'errors', namespace: 'shop' },
    spec: { provider: { name: 'p' }, query: 'errors', fetchIntervalSeconds: 10 },
    status: value === undefined ? {} : { value, rawValue: '', lastUpdated: new Date(NOW).toISOString() },
  });
}

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return keptnMetric(String(scenario.values.at(-1)));
    case 'empty':
      return keptnMetric(undefined);
    case 'not a number':
      return keptnMetric('NaN');
    case 'server error':
      return status(500, 'InternalError', 'etcdserver: request timed out');
    case 'bad query':
      return status(404, 'NotFound', 'keptnmetrics.metrics.keptn.sh "errors" not found');
  }
}

/**
 * A cluster with Keptn, as its reference has the KeptnMetric: the value is text in the status.
 *
 * @see https://keptn.sh/stable/docs/reference/crd-reference/metric/
 */
export const keptn: ContractSubject = {
  name: 'keptn',
  credentials: { token: TOKEN },
  secrets: [TOKEN],
  query: 'keptnmetric/shop/errors',
  awkwardQuery: ' KeptnMetrics/Shop/errors.per-route\n',
  create: ({ address, credentials, ...given }) =>
    create(
      'keptn',
      { ...given, address: undefined, credentials: undefined },
      { environment: clusterAt(address, credentials?.['token'] ?? '') },
    ),
  answer,
  complaint: 'could not retrieve KeptnMetric shop/errors: not found',
  online: () => status(500, 'InternalError', 'nobody should ask'),
  queryIn: ({ url }) => {
    const [, namespace = '', name = ''] =
      /\/v1beta1\/namespaces\/([^/]+)\/keptnmetrics\/([^/]+)$/.exec(url.pathname) ?? [];
    if (namespace !== 'shop') return undefined;
    // Small letters, and without whitespace.
    return name === 'errors.per-route' ? ' KeptnMetrics/Shop/errors.per-route\n' : `keptnmetric/${namespace}/${name}`;
  },
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${TOKEN}`,
  unauthorized: status(401, 'Unauthorized', 'Unauthorized'),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  exempt: {
    address: 'it is asked of the cluster that Serinus runs for',
    insecureSkipVerify: 'the cluster’s certificate is the kubeconfig’s business',
    'online by probe': 'it is a part of the cluster',
  },
};
