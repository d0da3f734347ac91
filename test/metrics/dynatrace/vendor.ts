import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

const TOKEN = 'zQ7.token-that-nobody-may-see';

/** An answer with a series for each value; with resolution `Inf` each has one point. */
export function tuples(...values: readonly (number | null)[]): Answer {
  const data = values.map((value, index) => ({
    dimensions: [`HOST-${index}`],
    dimensionMap: { 'dt.entity.host': `HOST-${index}` },
    timestamps: [NOW],
    values: [value],
  }));
  const result = [{ metricId: 'builtin:service.errors', dataPointCountRatio: 0, dimensionCountRatio: 0, data }];
  return json(200, { totalCount: values.length, nextPageKey: null, resolution: 'Inf', result });
}

const error = (code: number, message: string) => json(code, { error: { code, message } });

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return tuples(...scenario.values);
    case 'empty':
      return tuples();
    case 'not a number':
      return tuples(null);
    case 'server error':
      return error(500, 'Internal error');
    case 'bad query':
      return error(400, 'The metric selector is invalid: unexpected token');
  }
}

/**
 * Dynatrace, as its documentation has the metrics API of version 2: the token as `Api-Token`, times in milliseconds,
 * one point a series with resolution `Inf`, errors as `{"error": {"code", "message"}}`.
 *
 * @see https://docs.dynatrace.com/docs/dynatrace-api/environment-api/metric-v2/get-data-points
 */
export const dynatrace: ContractSubject = {
  name: 'dynatrace',
  credentials: { dynatrace_token: TOKEN },
  secrets: [TOKEN],
  query: 'builtin:service.errors.total.rate:filter(eq("dt.entity.service","SERVICE-1"))',
  awkwardQuery: 'builtin:x:filter(eq("a+b","%41&c=d#?/ö")):splitBy()',
  create: (given) => create('dynatrace', given),
  answer,
  complaint: 'The metric selector is invalid',
  online: ({ url }) =>
    `${url.pathname}${url.search}` === '/api/v2/metrics?pageSize=1'
      ? json(200, { totalCount: 1, metrics: [{ metricId: 'builtin:x' }] })
      : error(404, 'not the probe'),
  queryIn: ({ url }) => (url.pathname === '/api/v2/metrics/query' ? url.searchParams.get('metricSelector') : undefined),
  isAuthorized: ({ headers }) => headers.authorization === `Api-Token ${TOKEN}`,
  unauthorized: error(401, 'Token Authentication failed'),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  withoutAddress: /^dynatrace address is not a valid URL: set spec\.provider\.address of the template to one such as/,
};
