import { z } from 'zod';
import { notUnderstood, parsedNumber, readJson } from '../http/answer.js';
import { QueryRefused } from '../errors.js';
import { basic, headersOf, secretsOf } from '../http/headers.js';
import { addressOf, below, entryOf } from '../options.js';
import { overHttp } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';

const TIMEOUT_MS = 5_000;
const ONLINE_QUERY = 'target=test';

/** Infinity is sent as `1e9999`. */
const number = z.custom<number>((value) => typeof value === 'number');

/** Points are pairs of a value and a time. */
const answerSchema = z.array(
  z.object({ datapoints: z.array(z.tuple([z.union([number, z.string(), z.null()]), z.unknown()])) }),
);

/**
 * Graphite's render API. A query is the URL's query string, such as `target=…&from=-5min`. The last point with a value
 * counts, over all series.
 *
 * Credentials: `username` and `password`; without a Secret the address's user-info.
 *
 * @see https://graphite.readthedocs.io/en/stable/render_api.html
 * @throws UserError
 */
export function createGraphite(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'http://graphite:8080' });
  const headers = headersOf(options, address, options.credentials ? { Authorization: basicOf(options) } : {});
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'a Graphite', secrets };
  const { insecureSkipVerify } = options.provider;

  const question = (query: string) => {
    const parameters = new URLSearchParams(query.replace(/\s+/g, ' ').trim());
    parameters.set('format', 'json');
    const url = below(address, '/render');
    url.search = parameters.toString();
    return { url, headers, secrets, insecureSkipVerify };
  };
  const value = (body: string) => {
    const points = readJson(answerSchema, body, answerer).flatMap(({ datapoints }) => datapoints);
    const last = points.map(([point]) => point).findLast((point) => point !== null);
    if (typeof last !== 'string') return last ?? undefined;
    const number = parsedNumber(last);
    if (number === undefined) throw notUnderstood(body, answerer);
    return number;
  };
  return overHttp({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    question,
    value,
    probe: () => question(ONLINE_QUERY),
    checkProbe: (body) => void value(body),
  });
}

function basicOf(options: ProviderOptions): string {
  for (const key of ['username', 'password']) entryOf(options, key);
  return basic(options.credentials?.['username'] ?? '', options.credentials?.['password'] ?? '');
}

/**
 * Checks that a query string has a target.
 *
 * @throws QueryRefused
 */
export function readTarget(query: string): void {
  if (new URLSearchParams(query.trim()).get('target')) return;
  throw new QueryRefused('the query has no target: it is a query string such as target=…&from=-5min');
}
