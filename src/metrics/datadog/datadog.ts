import { z } from 'zod';
import { reasonIn } from '../../http/answers.js';
import { readJson } from '../http/answer.js';
import { QueryRefused } from '../errors.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { excerpt } from '../../http/shown.js';
import { addressOf, below, entryOf } from '../options.js';
import { overHttp } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';

const TIMEOUT_MS = 5_000;
const INTERVALS = 10;
const API = 'https://api.datadoghq.com';

/** Points are pairs of a time, in milliseconds since 1970, and a value. */
const answerSchema = z.object({
  status: z.string().optional(),
  error: z.string().nullish(),
  series: z
    .array(
      z.object({
        /** Seconds that a point covers. */
        interval: z.number().nullish(),
        pointlist: z.array(z.tuple([z.number().nullable(), z.number().nullable()])),
      }),
    )
    .nullish(),
});

const validSchema = z.object({ valid: z.literal(true) });

/**
 * Datadog's API for timeseries points. The newest point of the first series whose time has ended counts, since the very
 * newest is hardly ever complete; where none has ended, the very newest. Flagger takes the oldest, which is ten
 * intervals old: another version may have been live then. A point without a value is skipped rather than read as 0.
 *
 * Credentials: `datadog_api_key` and `datadog_application_key`.
 *
 * @see https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/
 * @throws UserError
 */
export function createDatadog(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'https://api.datadoghq.eu', fallback: API });
  const headers = headersOf(options, address, {
    'DD-API-KEY': entryOf(options, 'datadog_api_key'),
    'DD-APPLICATION-KEY': entryOf(options, 'datadog_application_key'),
  });
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'Datadog', secrets };
  const request = { headers, secrets, insecureSkipVerify: options.provider.insecureSkipVerify };
  intervalMsOf(options);

  return overHttp({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    question: (query) => {
      const { from, to } = spanOf(options, INTERVALS);
      const url = below(address, '/api/v1/query');
      url.search = new URLSearchParams({ query, from: unixSeconds(from), to: unixSeconds(to) }).toString();
      return { ...request, url };
    },
    value: (body) => {
      const { status, error, series } = readJson(answerSchema, body, answerer);
      // Datadog answers some queries that it can't run with status 200.
      if (status === 'error') throw new QueryRefused(`error response: ${excerpt(error ?? reasonIn(body), secrets)}`);
      return series?.[0] && newestOf(series[0], options.now?.() ?? Date.now());
    },
    probe: () => ({ ...request, url: below(address, '/api/v1/validate') }),
    checkProbe: (body) => void readJson(validSchema, body, answerer),
  });
}

type Series = NonNullable<z.output<typeof answerSchema>['series']>[number];

/** @param now milliseconds since 1970 */
function newestOf({ interval, pointlist }: Series, now: number): number | undefined {
  const points = pointlist.flatMap(([at, value]) => (value === null ? [] : [{ at: at ?? 0, value }]));
  const newestFirst = points.toSorted((a, b) => b.at - a.at);
  const complete = newestFirst.find(({ at }) => at + (interval ?? 0) * 1_000 <= now);
  return (complete ?? newestFirst[0])?.value;
}

function unixSeconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1_000));
}
