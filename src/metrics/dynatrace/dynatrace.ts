import { z } from 'zod';
import { readJson } from '../http/answer.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { addressOf, below, entryOf } from '../options.js';
import { overHttp } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';

const TIMEOUT_MS = 5_000;
const INTERVALS = 10;

const answerSchema = z.object({
  result: z.array(z.object({ data: z.array(z.object({ values: z.array(z.number().nullable()) })) })),
});

const metricsSchema = z.object({ metrics: z.array(z.unknown()) });

/**
 * Dynatrace's metrics API. With resolution `Inf` a series is one point; the last series of the first metric counts.
 * Unlike in Flagger a point without a value is no value rather than 0.
 *
 * Credentials: `dynatrace_token`, with the scope `metrics.read`.
 *
 * @see https://docs.dynatrace.com/docs/dynatrace-api/environment-api/metric-v2/get-data-points
 * @throws UserError
 */
export function createDynatrace(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'https://abc12345.live.dynatrace.com' });
  const headers = headersOf(options, address, { Authorization: `Api-Token ${entryOf(options, 'dynatrace_token')}` });
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'Dynatrace', secrets };
  const request = { headers, secrets, insecureSkipVerify: options.provider.insecureSkipVerify };
  intervalMsOf(options);

  return overHttp({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    question: (query) => {
      const { from, to } = spanOf(options, INTERVALS);
      const span = { from: String(Math.floor(from)), to: String(Math.floor(to)) };
      const url = below(address, '/api/v2/metrics/query');
      url.search = new URLSearchParams({ metricSelector: query, resolution: 'Inf', ...span }).toString();
      return { ...request, url };
    },
    value: (body) => readJson(answerSchema, body, answerer).result[0]?.data.at(-1)?.values[0] ?? undefined,
    probe: () => {
      const url = below(address, '/api/v2/metrics');
      url.search = '?pageSize=1';
      return { ...request, url };
    },
    checkProbe: (body) => void readJson(metricsSchema, body, answerer),
  });
}
