import { setTimeout as after } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { parsedJson, readJson } from '../http/answer.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../errors.js';
import { excerpt } from '../../http/shown.js';
import { ask, whomOf, type HttpAnswer } from '../http/http.js';
import { within } from '../http/limit.js';
import { present } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';
import { NOWHERE } from '../environment.js';
import { findCredentials } from './credentials.js';
import { endpointOf } from './endpoint.js';
import { signed } from './signature.js';

const TIMEOUT_MS = 5_000;
const INTERVALS = 10;
const MAX_DATAPOINTS = 20;
/** Pauses before each retry. */
const RETRY_AFTER_MS = [50, 100, 200];

/** Faults that AWS answers with status 400 as well, though the query has nothing to do with them. */
const NOT_THE_QUERYS_FAULT =
  /Thrott|RequestLimitExceeded|TooManyRequests|InternalFailure|InternalService|ServiceUnavailable|AccessDenied|Unauthori[sz]ed|NotAuthorized|ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|Signature|MissingAuthenticationToken|OptInRequired/;

const complaintSchema = z.object({ __type: z.string() });

/** JSON has no NaN; AWS puts it into a string. */
const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const answerSchema = z.object({
  MetricDataResults: z
    .array(
      z.object({
        StatusCode: z.string().nullish(),
        Values: z.array(number).nullish(),
        Messages: z.array(z.object({ Value: z.string().nullish() })).nullish(),
      }),
    )
    .nullish(),
});

/**
 * Amazon CloudWatch's GetMetricData. A query is a JSON array of MetricDataQuery; of the first result the first value
 * counts, which is the newest. Throttled and failed requests are tried three times more within the time limit.
 *
 * It is asked with the credentials of the worker, see {@link findCredentials}, and only ever at AWS' own address or the
 * one that the worker's environment has (`AWS_ENDPOINT_URL_CLOUDWATCH`): a template's address and Secret aren't used.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/making-api-requests.html
 * @throws UserError
 */
export function createCloudWatch(options: ProviderOptions): MetricsProvider {
  regionOf(options);
  intervalMsOf(options);
  return new CloudWatch(options);
}

class CloudWatch implements MetricsProvider {
  private readonly region: string;
  private readonly environment;
  private readonly url: URL;

  constructor(private readonly options: ProviderOptions) {
    this.region = regionOf(options);
    this.environment = (options.environment ?? NOWHERE).environment;
    this.url = endpointOf('monitoring', this.region, this.environment);
  }

  async query(query: string, signal: AbortSignal): Promise<number> {
    const MetricDataQueries = queriesIn(query);
    const { from, to } = spanOf(this.options, INTERVALS);
    const input = {
      MetricDataQueries,
      StartTime: from / 1_000,
      EndTime: to / 1_000,
      MaxDatapoints: MAX_DATAPOINTS,
    };
    return valueOf(await this.getMetricData(input, signal));
  }

  /** A request that asks for nothing is refused, and shows that we are let in. */
  async checkOnline(signal: AbortSignal): Promise<void> {
    const { from, to } = spanOf(this.options, INTERVALS);
    const input = { MetricDataQueries: [], StartTime: from / 1_000, EndTime: to / 1_000 };
    try {
      await this.getMetricData(input, signal);
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
    }
  }

  private getMetricData(input: object, signal: AbortSignal): Promise<z.output<typeof answerSchema>> {
    const limit = {
      timeoutMs: this.options.timeoutMs ?? TIMEOUT_MS,
      whom: whomOf({ url: this.url, secrets: [] }),
    };
    return within(limit, signal, async (limited) => {
      const { environment, region } = this;
      const key = await findCredentials({ environment, region, signal: limited });
      const secrets = [key.secretAccessKey, key.accessKeyId, ...(key.sessionToken ? [key.sessionToken] : [])];
      const body = await persistently(() => ask(this.request(JSON.stringify(input), key, secrets), limited), limited);
      return readJson(answerSchema, body, { name: 'CloudWatch', secrets });
    });
  }

  private request(body: string, key: Parameters<typeof signed>[2], secrets: readonly string[]) {
    const { url, region } = this;
    const toSign = {
      method: 'POST',
      url,
      headers: {
        accept: 'application/json',
        'content-encoding': 'amz-1.0',
        'content-type': 'application/json',
        'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData',
      },
      body,
    };
    const at = (this.options.now ?? Date.now)();
    const headers = signed(toSign, { region, service: 'monitoring', at }, key);
    return {
      method: 'POST' as const,
      url,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      body,
      secrets: [...secrets, headers['authorization'] ?? ''],
      isRefusal,
    };
  }
}

function regionOf({ provider: { region } }: ProviderOptions): string {
  if (!region) throw new UserError('region not specified: set spec.provider.region of the template, such as eu-west-1');
  // It becomes a part of the host's name.
  if (/^[a-z\d]+(-[a-z\d]+)*$/.test(region)) return region;
  throw new UserError(
    `spec.provider.region ${JSON.stringify(region)} of the template is no AWS region: use one such as eu-west-1`,
  );
}

/** @throws QueryRefused */
export function queriesIn(query: string): readonly unknown[] {
  const queries = z.array(z.record(z.string(), z.unknown())).safeParse(parsedJson(query));
  if (queries.success) return queries.data;
  throw new QueryRefused('error unmarshaling query: it must be a JSON array of MetricDataQuery');
}

function isRefusal({ status, body }: HttpAnswer): boolean {
  if (status !== 400) return false;
  const complaint = complaintSchema.safeParse(parsedJson(body));
  return !(complaint.success && NOT_THE_QUERYS_FAULT.test(complaint.data.__type));
}

/** Tries again what may pass by itself. */
async function persistently<T>(take: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const pause of RETRY_AFTER_MS) {
    try {
      return await take();
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
    }
    await after(pause, undefined, { signal });
  }
  return take();
}

/** A failure with status 400 is a throttled request. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ProviderError) || error.status === undefined) return false;
  return error.status === 400 || error.status === 429 || error.status >= 500;
}

function valueOf({ MetricDataResults }: z.output<typeof answerSchema>): number {
  const [first] = MetricDataResults ?? [];
  if (!first) throw new NoValuesFound();
  const { StatusCode, Values, Messages } = first;
  const [value] = Values ?? [];
  if (value === undefined && (StatusCode === 'InternalError' || StatusCode === 'Forbidden')) {
    const reasons = (Messages ?? []).map((message) => message.Value ?? '').join(' ');
    throw new ProviderError(`CloudWatch answered ${StatusCode}: ${excerpt(reasons, [])}`);
  }
  return present(value);
}
