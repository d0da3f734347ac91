import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

export const KEYS = {
  datadog_api_key: 'zQ7api-key-that-nobody-may-see',
  datadog_application_key: 'xWq-application-key-that-nobody-may-see',
};

/** An answer with these values, one a minute. */
export function series(...values: readonly (number | null)[]): Answer {
  const pointlist = values.map((value, index) => [NOW + 60_000 * (index - values.length), value]);
  const first = { metric: 'requests', scope: '*', interval: 60, length: values.length, pointlist };
  return json(200, { status: 'ok', res_type: 'time_series', series: [first], error: undefined });
}

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return series(...scenario.values);
    case 'empty':
      return json(200, { status: 'ok', res_type: 'time_series', series: [] });
    case 'not a number':
      return series(null);
    case 'server error':
      return json(500, { errors: ['Internal error'] });
    case 'bad query':
      return json(400, { errors: ['Error parsing query: unable to parse avg:x{: Rule didn\'t match at "{"'] });
  }
}

/**
 * Datadog, as its API reference has "Query timeseries points" and "Validate API key": both keys in headers, times in
 * seconds, points of milliseconds and value, errors as `{"errors": […]}` with 400, 403 and 429.
 *
 * @see https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/
 * @see https://docs.datadoghq.com/api/latest/authentication/
 */
export const datadog: ContractSubject = {
  name: 'datadog',
  credentials: KEYS,
  secrets: Object.values(KEYS),
  query: 'avg:requests{env:prod}.as_rate()',
  awkwardQuery: 'avg:requests{env:a+b,path:/x%41&y=z#?} by {ö}',
  create: (given) => create('datadog', given),
  answer,
  complaint: 'unable to parse avg:x{',
  online: ({ url }) => (url.pathname === '/api/v1/validate' ? json(200, { valid: true }) : json(404, {})),
  queryIn: ({ url }) => (url.pathname === '/api/v1/query' ? url.searchParams.get('query') : undefined),
  isAuthorized: ({ headers }) =>
    headers['dd-api-key'] === KEYS.datadog_api_key && headers['dd-application-key'] === KEYS.datadog_application_key,
  unauthorized: json(403, { errors: ['Forbidden'] }),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  exempt: { address: 'it has one by default; see what cannot be used' },
};
