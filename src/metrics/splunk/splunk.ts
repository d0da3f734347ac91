import { z } from 'zod';
import { readJson } from '../http/answer.js';
import { NoValuesFound, QueryRefused } from '../errors.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { ask, whomOf } from '../http/http.js';
import { within } from '../http/limit.js';
import { addressOf, below, entryOf } from '../options.js';
import { present } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';
import type { DataPoint } from './messages.js';
import { execute } from './signalflow.js';

const TIMEOUT_MS = 5_000;
const INTERVALS = 10;

const metricsSchema = z.object({ results: z.array(z.unknown()) });

/**
 * Splunk Observability Cloud (SignalFx). A query is a SignalFlow program that publishes one time series, whose last
 * value counts. Programs are sent to the stream API, whose address is the API's own with its first `api` replaced by
 * `stream`; the address may also be that of the stream API.
 *
 * Credentials: `sf_token_key`, an access token.
 *
 * @see https://dev.splunk.com/observability/reference/api/signalflow/latest
 * @throws UserError
 */
export function createSplunk(options: ProviderOptions): MetricsProvider {
  const example = 'https://api.us1.signalfx.com';
  const address = addressOf(options, { example });
  const token = entryOf(options, 'sf_token_key');
  const headers = headersOf(options, address, { 'X-SF-Token': token });
  const secrets = secretsOf(options, address, headers);
  const { insecureSkipVerify } = options.provider;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const { stream, api } = addressesOf(address);
  intervalMsOf(options);

  return {
    query: (program, signal) =>
      within({ timeoutMs, whom: whomOf({ url: stream, secrets }) }, signal, async (limited) => {
        const span = spanOf(options, INTERVALS);
        // The token isn't sent as a header here: it goes into the first message.
        const custom = headersOf(options, address);
        const points = await execute(
          { url: stream, headers: custom, insecureSkipVerify, token, program, ...span, secrets },
          limited,
        );
        return valueOf(points);
      }),
    checkOnline: (signal) =>
      within({ timeoutMs, whom: whomOf({ url: api, secrets }) }, signal, async (limited) => {
        const body = await ask({ url: api, headers, secrets, insecureSkipVerify }, limited);
        readJson(metricsSchema, body, { name: 'Splunk Observability Cloud', secrets });
      }),
  };
}

/** Where programs are sent, and where metrics are listed. */
export function addressesOf(address: URL): { readonly stream: URL; readonly api: URL } {
  const stream = new URL(address.href.replace('http', 'ws').replace('api', 'stream'));
  const api = below(new URL(address.href.replace('stream', 'api')), '/v2/metric');
  api.search = '?limit=1';
  return { stream: below(stream, '/v2/signalflow/connect'), api };
}

function valueOf(points: readonly DataPoint[]): number {
  const last = points.at(-1);
  if (!last) throw new NoValuesFound();
  if (points.some(({ series }) => series !== last.series)) throw new QueryRefused('query returned multiple values');
  return present(last.value);
}
