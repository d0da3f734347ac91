import { z } from 'zod';
import { notUnderstood, parsedNumber, readJson } from '../http/answer.js';
import { ProviderError, QueryRefused } from '../errors.js';
import { basic, headersOf, secretsOf } from '../http/headers.js';
import { addressOf, below, entryOf } from '../options.js';
import { ask, whomOf } from '../http/http.js';
import { within } from '../http/limit.js';
import { overHttp, present } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';

const TIMEOUT_MS = 5_000;
const ONLINE_QUERY = 'vector(1)';

/** What the HTTP API answers to an instant query; samples are pairs of a time and a number in text. */
const answerSchema = z.object({
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      // A native histogram has no `value`.
      result: z.array(z.object({ value: z.tuple([z.unknown(), z.unknown()]).optional() })).nullable(),
    }),
    z.object({ resultType: z.literal('scalar'), result: z.tuple([z.unknown(), z.string()]) }),
    z.object({ resultType: z.enum(['matrix', 'string']) }),
  ]),
});

/** What it answers to several queries that are put as one. */
const togetherSchema = z.object({
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** Tells whose value it is, where several queries are put as one. */
const QUERY_LABEL = 'serinus_query';
/** A value that is always there: an answer without it comes from somebody who hasn't understood what was asked. */
const WITNESS = 'understood';

/** Numbers are in text; a bucket begins with which of its borders belong to it. */
const histogramSchema = z.object({
  count: z.string(),
  buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).default([]),
});

/** What it answers to a range selector: all samples as they are stored. */
const matrixSchema = z.object({
  data: z.object({
    resultType: z.literal('matrix'),
    result: z
      .array(
        z.object({
          metric: z.record(z.string(), z.string()),
          // Series of native histograms have none.
          values: z.array(z.tuple([z.number(), z.string()])).default([]),
          histograms: z.array(z.tuple([z.number(), histogramSchema])).optional(),
        }),
      )
      .nullable(),
  }),
});

/**
 * Prometheus, or whatever speaks its HTTP API. A query is an instant query; of several series the last counts. Other
 * than in Flagger a query may yield a scalar, and credentials take the place of an `Authorization` header among the
 * provider's `headers` rather than being sent beside it.
 *
 * Credentials: `token`, or else `username` and `password`; without a Secret the address's user-info.
 *
 * @throws UserError
 */
export function createPrometheus(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'http://prometheus:9090' });
  const authorization = authorizationOf(options);
  const headers = headersOf(options, address, authorization === undefined ? {} : { Authorization: authorization });
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'a Prometheus', secrets };
  const { insecureSkipVerify } = options.provider;
  const endpoint = below(address, '/api/v1/query');

  const question = (query: string) => {
    const url = new URL(endpoint);
    url.search = `?query=${encodeURIComponent(query.replace(/\s+/g, ' '))}`;
    return { url, headers, secrets, insecureSkipVerify };
  };
  const number = (text: string, body: string) => {
    const value = parsedNumber(text);
    if (value === undefined) throw notUnderstood(body, answerer);
    return value;
  };
  const value = (body: string) => {
    const { data } = readJson(answerSchema, body, answerer);
    switch (data.resultType) {
      case 'matrix':
        throw new QueryRefused('query returned multiple values');
      case 'string':
        throw new QueryRefused('query returned a string, not a number');
      case 'scalar':
        return number(data.result[1], body);
      case 'vector': {
        const sample = (data.result ?? [])
          .map((series) => series.value?.[1])
          .findLast((text) => typeof text === 'string');
        return sample === undefined ? undefined : number(sample, body);
      }
    }
  };
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const answers = overHttp({
    timeoutMs,
    question,
    value,
    probe: () => question(ONLINE_QUERY),
    checkProbe: (body) => {
      const found = present(value(body));
      if (found !== 1) throw new ProviderError(`the value of ${ONLINE_QUERY} is ${found}, not 1`);
    },
  });
  return {
    ...answers,
    async together(queries, signal) {
      const request = question(joined(queries));
      const body = await within({ timeoutMs, whom: whomOf(request) }, signal, (limited) => ask(request, limited));
      const byLabel = new Map(queries.map((query, at) => [String(at), query]));
      const values = new Map<string, number>();
      let understood = false;
      // Of several series of one query the last counts, as where it is asked by itself.
      for (const { metric, value } of readJson(togetherSchema, body, answerer).data.result) {
        const label = metric[QUERY_LABEL] ?? '';
        const query = byLabel.get(label);
        if (query !== undefined) values.set(query, number(value[1], body));
        else if (label === WITNESS) understood = true;
        else throw notUnderstood(body, answerer);
      }
      if (!understood) throw notUnderstood(body, answerer);
      return values;
    },
    async samples(selector, { from, to }, signal) {
      const request = question(`${selector}[${Math.ceil(to - from)}ms]`);
      request.url.searchParams.set('time', (to / 1000).toFixed(3));
      const body = await within({ timeoutMs, whom: whomOf(request) }, signal, (limited) => ask(request, limited));
      const at = (seconds: number) => Math.round(seconds * 1000);
      return (readJson(matrixSchema, body, answerer).data.result ?? []).map(({ metric, values, histograms }) => ({
        labels: metric,
        samples: values.map(([seconds, text]) => ({ at: at(seconds), value: number(text, body) })),
        ...(histograms && {
          histograms: histograms.map(([seconds, { count, buckets }]) => ({
            ...{ at: at(seconds), count: number(count, body) },
            buckets: buckets.map(([, left, right, values]) => ({
              ...{ left: number(left, body), right: number(right, body), count: number(values, body) },
            })),
          })),
        }),
      }));
    },
  };
}

/** Series of all queries, each with the number of its query as a label. */
function joined(queries: readonly string[]): string {
  const labelled = (query: string, label: string | number) =>
    `label_replace( ( ${query} ), "${QUERY_LABEL}", "${label}", "", "" )`;
  return [...queries.map(labelled), labelled(ONLINE_QUERY, WITNESS)].join(' or ');
}

function authorizationOf(options: ProviderOptions): string | undefined {
  const { credentials } = options;
  if (!credentials) return undefined;
  const token = credentials['token']?.trim();
  return token ? `Bearer ${token}` : basicOf(options);
}

/** Basic authentication with the Secret's entries; a password may end in whitespace. */
function basicOf(options: ProviderOptions): string {
  for (const key of ['username', 'password']) entryOf(options, key);
  return basic(options.credentials?.['username'] ?? '', options.credentials?.['password'] ?? '');
}
