import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { create } from '../template.js';

/** What its HTTP API answers. */
export const success = (resultType: string, result: unknown): Answer =>
  json(200, { status: 'success', data: { resultType, result } });

/** A series for each value. */
export const vector = (...values: readonly string[]) =>
  success(
    'vector',
    values.map((value, index) => ({ metric: { pod: `p${index}` }, value: [1_700_000_000.123, value] })),
  );

export const failure = (status: number, errorType: string, error: string): Answer =>
  json(status, { status: 'error', errorType, error });

/** An instant query has one point a series: several points are several series. */
function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return vector(...scenario.values.map(String));
    case 'empty':
      return vector();
    case 'not a number':
      return vector('NaN');
    case 'server error':
      return failure(503, 'timeout', 'query timed out in expression evaluation');
    case 'bad query':
      return failure(400, 'bad_data', 'invalid parameter "query": 1:4: parse error: unexpected "}"');
  }
}

/**
 * A Prometheus, as its documentation has the HTTP API: instant queries, and how errors are reported.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
const prometheus = {
  query: 'sum(rate(http_requests_total[1m]))',
  awkwardQuery: 'sum(a{b=~"x+y|%41&c=d#?/ö\\\\."})',
  answer,
  complaint: 'parse error: unexpected',
  online: () => vector('1'),
  queryIn: ({ url }) => url.searchParams.get('query') ?? undefined,
  unauthorized: { status: 401, body: 'Unauthorized' },
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  withoutAddress: /^prometheus address is not a valid URL: set spec\.provider\.address of the template to one such as/,
} satisfies Partial<ContractSubject>;

const TOKEN = 'zQ7-token-that-nobody-may-see';

export const withToken: ContractSubject = {
  ...prometheus,
  name: 'prometheus with a token',
  credentials: { token: TOKEN },
  secrets: [TOKEN],
  create: (given) => create('prometheus', given),
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${TOKEN}`,
};

const BASIC = { username: 'xWq-reader', password: 'Yk"9 pass\\word%2F' };

export const withPassword: ContractSubject = {
  ...prometheus,
  name: 'prometheus with a password, below a path',
  credentials: BASIC,
  secrets: Object.values(BASIC),
  create: ({ address, ...given }) =>
    create('prometheus', {
      ...given,
      address: address?.startsWith('http') === true ? `${address}/prom/?tenant=x` : address,
    }),
  isAuthorized: ({ headers }) =>
    headers.authorization === `Basic ${Buffer.from(`${BASIC.username}:${BASIC.password}`).toString('base64')}`,
};
