import { z } from 'zod';
import { readJson } from '../http/answer.js';
import { QueryRefused } from '../errors.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { addressOf, below, entryOf } from '../options.js';
import { overHttp } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';

const TIMEOUT_MS = 5_000;
const INTERVALS = 1;
const API = 'https://insights-api.newrelic.com';
const ONLINE_QUERY = 'SELECT * FROM Metric';

const answerSchema = z.object({ results: z.array(z.record(z.string(), z.unknown())) });
const valueSchema = z.number().nullable();

/**
 * New Relic's Insights query API. The query must yield exactly one result, named `result` like those of `percentage()`
 * and `filter()`; ` SINCE … seconds ago` is appended to it.
 *
 * Credentials: `newrelic_account_id` and `newrelic_query_key`.
 *
 * @see https://docs.newrelic.com/docs/apis/insights-apis/query-insights-event-data-api/
 * @throws UserError
 */
export function createNewRelic(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'https://insights-api.eu.newrelic.com', fallback: API });
  const account = entryOf(options, 'newrelic_account_id');
  const headers = headersOf(options, address, { 'X-Query-Key': entryOf(options, 'newrelic_query_key') });
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'New Relic', secrets };
  const { insecureSkipVerify } = options.provider;
  intervalMsOf(options);

  const question = (query: string) => {
    const { from, to } = spanOf(options, INTERVALS);
    const url = below(address, `/v1/accounts/${encodeURIComponent(account)}/query`);
    const seconds = Math.floor((to - from) / 1_000);
    url.search = new URLSearchParams({ nrql: `${query.trim()} SINCE ${seconds} seconds ago` }).toString();
    return { url, headers, secrets, insecureSkipVerify };
  };
  return overHttp({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    question,
    value: (body) => {
      const { results } = readJson(answerSchema, body, answerer);
      const [only] = results;
      if (!only) return undefined;
      if (results.length > 1) throw new QueryRefused('query returned multiple values');
      if (!('result' in only)) throw new QueryRefused(`query returned ${namesIn(only)}, not a single result`);
      const value = valueSchema.safeParse(only['result']);
      if (!value.success) throw new QueryRefused('query returned a result that is not a number');
      return value.data ?? undefined;
    },
    probe: () => question(ONLINE_QUERY),
    checkProbe: (body) => void readJson(answerSchema, body, answerer),
  });
}

function namesIn(result: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(result).slice(0, 3);
  return names.length === 0 ? 'nothing' : names.join(', ');
}
