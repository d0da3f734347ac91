import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { clusterAt, status } from '../kubernetes.js';
import { create, NOW } from '../template.js';

const TOKEN = 'zQ7-token-that-nobody-may-see';

/** A list with an item for each quantity. */
export function metrics(...quantities: readonly string[]): Answer {
  const items = quantities.map((value) => ({
    metricName: 'queue_length',
    metricLabels: { app: 'cart' },
    timestamp: new Date(NOW).toISOString(),
    value,
  }));
  return json(200, {
    kind: 'ExternalMetricValueList',
    apiVersion: 'external.metrics.k8s.io/v1beta1',
    metadata: {},
    items,
  });
}

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return metrics(...scenario.values.map(String));
    case 'empty':
      return metrics();
    case 'not a number':
      return metrics();
    case 'server error':
      return status(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
    case 'bad query':
      return status(400, 'BadRequest', 'unable to parse requirement: found "=", expected identifier');
  }
}

/**
 * A cluster with an adapter for external metrics, as Kubernetes' reference has that API: a list of quantities.
 *
 * @see https://kubernetes.io/docs/reference/external-api/external-metrics.v1beta1/
 */
const externalMetrics = {
  credentials: { token: TOKEN },
  secrets: [TOKEN],
  query: 'shop/queue_length',
  awkwardQuery: 'shop/queue_length?labelSelector=a%2Bb%3D%2541%2Cc%20in%20%28d%2Ce%29',
  answer,
  complaint: 'unable to parse requirement',
  online: ({ url }) =>
    url.pathname === '/apis/external.metrics.k8s.io/v1beta1/namespaces/kube-system/dummy-metric'
      ? metrics()
      : status(404, 'NotFound', 'not the probe'),
  queryIn: ({ url }) => {
    const path = url.pathname.replace('/apis/external.metrics.k8s.io/v1beta1/namespaces/', '');
    const selector = url.searchParams.get('labelSelector');
    if (selector === null) return path;
    const written = encodeURIComponent(selector).replace(/[()]/g, (c) => (c === '(' ? '%28' : '%29'));
    return `${path}?labelSelector=${written}`;
  },
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${TOKEN}`,
  unauthorized: status(401, 'Unauthorized', 'Unauthorized'),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 3,
} satisfies Partial<ContractSubject>;

export const inCluster: ContractSubject = {
  ...externalMetrics,
  name: 'externalmetrics of Serinus’ own cluster',
  create: ({ address, credentials, ...given }) =>
    create(
      'externalmetrics',
      { ...given, address: undefined, credentials: undefined },
      { environment: clusterAt(address, credentials?.['token'] ?? '') },
    ),
  exempt: {
    NaN: 'a quantity is a number',
    address: 'it is asked of the cluster that Serinus runs for',
    insecureSkipVerify: 'the cluster’s certificate is the kubeconfig’s business',
  },
};

export const withToken: ContractSubject = {
  ...externalMetrics,
  name: 'externalmetrics of Serinus’ own cluster with a token',
  create: ({ address, ...given }) =>
    create(
      'externalmetrics',
      { ...given, address: undefined },
      { environment: clusterAt(address, 'the-token-of-serinus-itself') },
    ),
  exempt: {
    NaN: 'a quantity is a number',
    address: 'it is asked of the cluster that Serinus runs for',
    insecureSkipVerify: 'the cluster’s certificate is the kubeconfig’s business',
  },
};

export const elsewhere: ContractSubject = {
  ...externalMetrics,
  name: 'externalmetrics of another cluster',
  create: (given) => create('externalmetrics', given),
  exempt: { NaN: 'a quantity is a number', address: 'without one it is Serinus’ own cluster' },
};
