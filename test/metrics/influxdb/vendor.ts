import { z } from 'zod';
import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { create } from '../template.js';

const KEYS = { token: 'zQ7-token-that-nobody-may-see==', org: 'xWq-organisation' };

export const csv = (...lines: readonly string[]): Answer => ({
  status: 200,
  body: [...lines, ''].join('\r\n'),
  contentType: 'text/csv; charset=utf-8',
});

/** A table of records with these values, as they are written in it. */
export function table(type: string, ...values: readonly string[]): Answer {
  return csv(
    `#datatype,string,long,dateTime:RFC3339,${type},string`,
    '#group,false,false,false,false,true',
    '#default,_result,,,,',
    ',result,table,_time,_value,host',
    ...values.map((value, index) => `,,0,2026-03-01T11:5${index}:00Z,${value},"a, ""quoted"" host"`),
    '',
  );
}

const questionSchema = z.object({ query: z.string(), type: z.literal('flux') });

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return table('double', ...scenario.values.map(String));
    case 'empty':
      return csv('');
    case 'not a number':
      return table('double', 'NaN');
    case 'server error':
      return json(503, { code: 'unavailable', message: 'queue full' });
    case 'bad query':
      return json(400, { code: 'invalid', message: 'compilation failed: error @1:1-1:5: undefined identifier form' });
  }
}

/**
 * InfluxDB 2, as its documentation has the query API: the token in `Authorization`, the organisation in `org`, Flux in
 * a JSON body, and annotated CSV, with lines that end in CRLF, for an answer.
 *
 * @see https://docs.influxdata.com/influxdb/v2/api/#operation/PostQuery
 * @see https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/
 */
export const influxdb: ContractSubject = {
  name: 'influxdb',
  credentials: KEYS,
  secrets: Object.values(KEYS),
  query: 'from(bucket: "shop") |> range(start: -1m) |> mean()',
  awkwardQuery: 'from(bucket: "a+b%41&c=d#?/ö")\n  |> range(start: -1m)\n  |> filter(fn: (r) => r.x == "\\"y\\"")',
  create: (given) => create('influxdb', given),
  answer,
  complaint: 'undefined identifier form',
  online: () => json(404, { code: 'not found', message: 'could not find bucket "default"' }),
  queryIn: ({ url, body }) =>
    url.pathname === '/api/v2/query' ? questionSchema.parse(JSON.parse(body)).query : undefined,
  isAuthorized: ({ headers, url }) =>
    headers.authorization === `Token ${KEYS.token}` && url.searchParams.get('org') === KEYS.org,
  unauthorized: json(401, { code: 'unauthorized', message: 'unauthorized access' }),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 3,
  withoutAddress: /^influxdb address is not a valid URL: set spec\.provider\.address of the template to one such as/,
};
