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

/** The HTTP API's answer to an instant query; samples are pairs of a time and a number in text. */
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

/** The answer to several queries that are sent as one. */
const togetherSchema = z.object({
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** Identifies the query of each value, where several are sent as one. */
const QUERY_LABEL = 'serinus_query';
/** A value that is always present: an answer without it comes from a server that misunderstood the query. */
const WITNESS = 'understood';

/** Numbers are text; a bucket begins with a number that says which of its borders it includes. */
const histogramSchema = z.object({
  count: z.string(),
  buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).default([]),
});

/** The answer to a range selector: all samples as stored. */
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
 * Prometheus, or another server with its HTTP API. A query is an instant query; the last of several series counts.
 * Unlike in Flagger a query may yield a scalar, and credentials replace an `Authorization` header among the provider's
 * `headers` rather than being sent beside it.
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
      // The last of several series of one query counts, as where it is sent alone.
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

/** Series of all queries, each labelled with the number of its query. */
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
