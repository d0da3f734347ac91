import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

export const KEYS = {
  newrelic_account_id: '98765432',
  newrelic_query_key: 'zQ7-query-key-that-nobody-may-see',
};

export function results(...all: readonly object[]): Answer {
  return json(200, { results: all, metadata: { beginTimeMillis: NOW - 60_000, endTimeMillis: NOW } });
}

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return results(...scenario.values.map((result) => ({ result })));
    case 'empty':
      return results();
    case 'not a number':
      return results({ result: null });
    case 'server error':
      return json(503, { error: 'rate limited' });
    case 'bad query':
      return json(400, { error: "NRQL Syntax Error: Error at line 1 position 8, unexpected 'FORM'" });
  }
}

/**
 * New Relic's Insights, as the documentation has its query API: the key in `X-Query-Key`, NRQL in `nrql`, a list of
 * results; with too many queries it answers 503.
 *
 * @see https://docs.newrelic.com/docs/apis/insights-apis/query-insights-event-data-api/
 * @see https://docs.newrelic.com/docs/insights/use-insights-ui/manage-account-data/rate-limits-insights
 */
export const newRelic: ContractSubject = {
  name: 'newrelic',
  credentials: KEYS,
  secrets: Object.values(KEYS),
  query: "SELECT filter(count(*), WHERE error IS true) FROM Transaction WHERE appName = 'shop'",
  awkwardQuery: "SELECT percentage(count(*), WHERE x = 'a+b%41&c=d#?/ö') FROM Transaction",
  create: (given) => create('newrelic', given),
  answer,
  complaint: 'NRQL Syntax Error',
  online: ({ url }) =>
    url.searchParams.get('nrql') === 'SELECT * FROM Metric SINCE 60 seconds ago'
      ? results({ events: [] })
      : json(400, { error: 'not the probe' }),
  queryIn: ({ url }) => url.searchParams.get('nrql')?.replace(/ SINCE 60 seconds ago$/, ''),
  isAuthorized: ({ headers, url }) =>
    headers['x-query-key'] === KEYS.newrelic_query_key &&
    url.pathname === `/v1/accounts/${KEYS.newrelic_account_id}/query`,
  unauthorized: json(403, { error: 'Invalid query key' }),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 'refused',
  exempt: { address: 'it has one by default; see what cannot be used' },
};
