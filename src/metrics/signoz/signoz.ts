import { z } from 'zod';
import { parsedJson, parsedNumber, readJson } from '../http/answer.js';
import { QueryRefused } from '../errors.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { addressOf, below, entryOf } from '../options.js';
import { overHttp } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';

/** Queries may have to read logs and traces. */
const TIMEOUT_MS = 30_000;
const INTERVALS = 10;
const MULTIPLE = 'query returned multiple values';

/** JSON has no NaN; SigNoz sends a string instead. */
const number = z.union([
  z.number(),
  z.null().transform(() => undefined),
  z.enum(['NaN', 'Inf', '-Inf']).transform(parsedNumber),
]);
const point = z.object({ value: number, partial: z.boolean().optional() });
const seriesSchema = z.object({
  aggregations: z
    .array(z.object({ series: z.array(z.object({ values: z.array(point).nullable() })).nullable() }))
    .nullable(),
});
const tableSchema = z.object({
  columns: z.array(z.object({ columnType: z.string() })),
  data: z.array(z.array(z.unknown())).nullable(),
});
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({ data: z.object({ results: z.array(z.union([seriesSchema, tableSchema])).nullable() }) }),
});

const querySchema = z.record(z.string(), z.unknown());
const onlineSchema = z.object({ status: z.literal('ok') });

/**
 * SigNoz' Query Range API, version 5. A query is the posted JSON without times: `start` and `end` are added. It must
 * yield one series, whose last whole point counts; with `"requestType": "scalar"` one row, whose aggregation counts.
 * Unlike in Flagger, `requestType` comes from the query (`time_series` where it has none), and several results are
 * refused instead of taking the first.
 *
 * Credentials: `apiKey`; none without a Secret.
 *
 * @see https://signoz.io/docs/metrics-management/query-range-api/
 * @throws UserError
 */
export function createSigNoz(options: ProviderOptions): MetricsProvider {
  const address = addressOf(options, { example: 'https://my-team.eu.signoz.cloud' });
  const { credentials, provider } = options;
  const headers = headersOf(options, address, credentials ? { 'SIGNOZ-API-KEY': entryOf(options, 'apiKey') } : {});
  const secrets = secretsOf(options, address, headers);
  const answerer = { name: 'SigNoz', secrets };
  const request = { secrets, insecureSkipVerify: provider.insecureSkipVerify };
  intervalMsOf(options);

  return overHttp({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    question: (query) => {
      const { from, to } = spanOf(options, INTERVALS);
      const span = { start: Math.floor(from), end: Math.floor(to) };
      return {
        ...request,
        method: 'POST' as const,
        url: below(address, '/api/v5/query_range'),
        headers: { ...headers, 'Content-Type': ['application/json'] },
        body: JSON.stringify({ requestType: 'time_series', ...queryIn(query), ...span }),
      };
    },
    value: (body) => {
      const results = readJson(answerSchema, body, answerer).data.data.results ?? [];
      const [only] = results;
      if (!only) return undefined;
      if (results.length > 1) throw new QueryRefused(`${MULTIPLE}: set "disabled": true in those that a formula needs`);
      return 'columns' in only ? inTable(only) : inSeries(only);
    },
    probe: () => ({ ...request, headers, url: below(address, '/api/v1/health') }),
    checkProbe: (body) => void readJson(onlineSchema, body, answerer),
  });
}

/** @throws QueryRefused */
export function queryIn(query: string): z.output<typeof querySchema> {
  const parsed = querySchema.safeParse(parsedJson(query));
  if (parsed.success) return parsed.data;
  throw new QueryRefused(
    'the query is not a JSON object: write the body of a query_range request, without start and end',
  );
}

/** A bucket that the span cuts in two is partial. */
function inSeries({ aggregations }: z.output<typeof seriesSchema>): number | undefined {
  const [first, ...others] = aggregations ?? [];
  const [only, second] = first?.series ?? [];
  if (second || others.length > 0) throw new QueryRefused(MULTIPLE);
  return only?.values?.findLast(({ partial }) => partial !== true)?.value;
}

function inTable({ columns, data }: z.output<typeof tableSchema>): number | undefined {
  const [row, second] = data ?? [];
  const values = (row ?? []).filter((_, at) => columns[at]?.columnType === 'aggregation');
  if (second || values.length > 1) throw new QueryRefused(MULTIPLE);
  const [only] = values;
  if (only === undefined) return undefined;
  const value = number.safeParse(only);
  if (!value.success) throw new QueryRefused('query returned a result that is not a number');
  return value.data;
}
