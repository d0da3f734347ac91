import { z } from 'zod';
import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer, type Asked } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

export const API_KEY = 'zQ7/key-that-nobody-may-see=';

export const bodySchema = z.looseObject({ start: z.number(), end: z.number(), requestType: z.string() });

const success = (type: string, ...results: readonly object[]) =>
  json(200, { status: 'success', data: { type, data: { results }, meta: { rowsScanned: 100, durationMs: 3 } } });

interface Point {
  readonly value: unknown;
  readonly partial?: boolean;
}

/** An answer to `time_series`: one aggregation with these series of points, a minute apart. */
export function seriesOf(...all: readonly (readonly Point[])[]): Answer {
  const series = all.map((points, index) => ({
    labels: [{ key: { name: 'pod' }, value: `pod-${index}` }],
    values: points.map((point, at) => ({ timestamp: NOW + 60_000 * (at - points.length), ...point })),
  }));
  return success('time_series', { queryName: 'A', aggregations: [{ index: 0, alias: '', meta: {}, series }] });
}

/** An answer to `scalar`: a row for each, of the name of a group and one aggregation. */
export function tableOf(...rows: readonly (readonly unknown[])[]): Answer {
  const columns = [
    { name: 'pod', queryName: 'A', aggregationIndex: 0, columnType: 'group' },
    { name: '__result_0', queryName: 'A', aggregationIndex: 0, columnType: 'aggregation' },
  ];
  return success('scalar', { queryName: 'A', columns, data: rows });
}

/** An answer with several results, as of queries that aren't disabled. */
export function resultsOf(...names: readonly string[]): Answer {
  return success('time_series', ...names.map((queryName) => ({ queryName, aggregations: null })));
}

const error = (status: number, type: string, code: string, message: string) =>
  json(status, { status: 'error', error: { type, code, message } });

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return seriesOf(scenario.values.map((value) => ({ value })));
    case 'empty':
      return resultsOf('A');
    case 'not a number':
      return seriesOf([{ value: 'NaN' }]);
    case 'server error':
      return error(500, 'internal', 'internal', 'clickhouse: connection refused');
    case 'bad query':
      return error(400, 'invalid-input', 'invalid_input', 'unknown aggregation: perc99');
  }
}

function queryIn({ url, body }: Asked): unknown {
  if (url.pathname !== '/api/v5/query_range') return undefined;
  const { start: _start, end: _end, ...query } = bodySchema.parse(JSON.parse(body));
  return query;
}

const builder = (filter: string) =>
  JSON.stringify({
    requestType: 'time_series',
    compositeQuery: {
      queries: [
        {
          type: 'builder_query',
          spec: {
            name: 'A',
            signal: 'traces',
            stepInterval: 60,
            aggregations: [{ expression: 'count()' }],
            filter: { expression: filter },
          },
        },
      ],
    },
  });

/**
 * SigNoz, as its documentation has the Query Range API of version 5: the key in `SIGNOZ-API-KEY`, results by the name of
 * their query, in them series or a table; NaN in a string, a mark on points of a bucket that isn't whole.
 *
 * @see https://signoz.io/docs/metrics-management/query-range-api/
 * @see https://signoz.io/docs/traces-management/trace-api/payload-model/
 */
export const signoz: ContractSubject = {
  name: 'signoz',
  credentials: { apiKey: API_KEY },
  secrets: [API_KEY],
  query: builder("service.name = 'cart'"),
  awkwardQuery: builder('name = "a+b%41&c=d#?/ö"'),
  create: (given) => create('signoz', given),
  answer,
  complaint: 'unknown aggregation: perc99',
  online: ({ method, url }) =>
    method === 'GET' && url.pathname === '/api/v1/health' ? json(200, { status: 'ok' }) : json(404, {}),
  queryIn,
  isAuthorized: ({ headers }) => headers['signoz-api-key'] === API_KEY,
  unauthorized: error(401, 'unauthenticated', 'unauthenticated', 'invalid credentials'),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  withoutAddress: /^signoz address is not a valid URL: set spec\.provider\.address of the template to one such as/,
};
