import { z } from 'zod';
import { notUnderstood, parsedJson, parsedNumber } from '../http/answer.js';
import { QueryRefused } from '../errors.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { excerpt } from '../../http/shown.js';
import { refusedByStatus, type HttpAnswer } from '../http/http.js';
import { addressOf, below, entryOf } from '../options.js';
import { overHttp } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { firstRecord, type Cell } from './annotated-csv.js';

const TIMEOUT_MS = 15_000;
const ONLINE_QUERY = 'from(bucket: "default") |> range(start: -2h)';
const DIALECT = { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] };
const FORMATS = { 'Content-Type': ['application/json'], Accept: ['application/csv'] };
const NUMBERS = ['double', 'long', 'unsignedLong'];

const complaintSchema = z.object({ code: z.literal('not found') });

/**
 * InfluxDB's query API of version 2, with queries in Flux. The first record's `_value` counts. Unlike in Flagger a
 * query without records has no value rather than the value 0, and whole numbers are numbers too.
 *
 * Credentials: `token` and `org`; none of them without a Secret.
 *
 * @see https://docs.influxdata.com/influxdb/v2/api/#operation/PostQuery
 * @see https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/
 * @throws UserError
 */
export function createInfluxdb(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'http://influxdb:8086' });
  const { credentials, provider } = options;
  const headers = headersOf(
    options,
    address,
    credentials ? { Authorization: `Token ${entryOf(options, 'token')}` } : {},
  );
  const search = credentials ? `?${new URLSearchParams({ org: entryOf(options, 'org') }).toString()}` : '';
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'an InfluxDB', secrets };
  const { insecureSkipVerify } = provider;

  const question = (query: string) => {
    const url = below(address, '/api/v2/query');
    url.search = search;
    const body = JSON.stringify({ query, type: 'flux', dialect: DIALECT });
    return {
      method: 'POST' as const,
      url,
      headers: { ...headers, ...FORMATS },
      body,
      secrets,
      insecureSkipVerify,
      isRefusal,
    };
  };
  const value = (body: string) => {
    const record = firstRecord(body);
    if (record === 'no csv') throw notUnderstood(body, answerer);
    if (record === undefined) return undefined;
    const error = record.get('error');
    // A result may have a column of that name, too.
    if (error && !record.has('table')) throw new QueryRefused(`query error: ${excerpt(error.text, secrets)}`);
    const cell = record.get('_value');
    if (!cell) throw new QueryRefused('query returned a record without _value');
    return valueOf(cell);
  };
  return overHttp({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    question,
    value,
    probe: () => question(ONLINE_QUERY),
    checkProbe: (body) => {
      if (firstRecord(body) === 'no csv') throw notUnderstood(body, answerer);
    },
    // A bucket of that name is very unlikely.
    mayRefuseProbe: true,
  });
}

/** A missing organisation or bucket is answered like a missing path, but with a code. */
function isRefusal(answer: HttpAnswer): boolean {
  return (
    refusedByStatus(answer) || (answer.status === 404 && complaintSchema.safeParse(parsedJson(answer.body)).success)
  );
}

/** @returns undefined for null */
function valueOf({ text, type }: Cell): number | undefined {
  if (text === '') return undefined;
  const number = NUMBERS.includes(type) ? parsedNumber(text) : undefined;
  if (number !== undefined) return number;
  throw new QueryRefused(`query returned a ${type || 'value without a type'}, not a number: use toFloat()`);
}
