import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { excerpt } from '../../http/shown.js';
import { retrying } from '../../retrying.js';
import { parsedJson } from '../http/answer.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../errors.js';
import { whomOf, type HttpAnswer } from '../http/http.js';
import { within } from '../http/limit.js';
import { present } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { intervalMsOf, spanOf } from '../analysis/span.js';
import { NOWHERE, type Environment } from '../environment.js';
import { clientFor } from './client.js';

const TIMEOUT_MS = 5_000;
const INTERVALS = 10;
const MAX_DATAPOINTS = 20;
/** Pauses before each retry. */
const RETRY_AFTER_MS = [50, 100, 200];

/** Faults that AWS answers with status 400 as well, though the query has nothing to do with them. */
const NOT_THE_QUERYS_FAULT =
  /Thrott|RequestLimitExceeded|TooManyRequests|InternalFailure|InternalService|ServiceUnavailable|AccessDenied|Unauthori[sz]ed|NotAuthorized|ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|Signature|MissingAuthenticationToken|OptInRequired/;

const complaintSchema = z.object({ __type: z.string() });

/**
 * Amazon CloudWatch's GetMetricData. A query is a JSON array of MetricDataQuery; the first value of the first result,
 * which is the newest, counts. Throttled and failed requests are repeated three times within the time limit.
 *
 * It uses the credentials of the worker, see {@link clientFor}, and only AWS' own address or the one in the worker's
 * environment (`AWS_ENDPOINT_URL_CLOUDWATCH`): a template's address and Secret aren't used.
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
  private readonly endpoint: URL | undefined;

  constructor(private readonly options: ProviderOptions) {
    this.region = regionOf(options);
    this.environment = (options.environment ?? NOWHERE).environment;
    this.endpoint = endpointIn(this.environment);
  }

  async query(query: string, signal: AbortSignal): Promise<number> {
    return valueOf(await this.getMetricData(queriesIn(query), signal, { MaxDatapoints: MAX_DATAPOINTS }));
  }

  /** An empty request is refused, which shows that the credentials work. */
  async checkOnline(signal: AbortSignal): Promise<void> {
    try {
      await this.getMetricData([], signal);
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
    }
  }

  private getMetricData(
    queries: readonly object[],
    signal: AbortSignal,
    more: Partial<GetMetricDataCommandInput> = {},
  ): Promise<GetMetricDataCommandOutput> {
    const { region, environment, endpoint, options } = this;
    const { from, to } = spanOf(options, INTERVALS);
    const input = {
      // CloudWatch explains why something isn't a MetricDataQuery.
      MetricDataQueries: [...queries] as GetMetricDataCommandInput['MetricDataQueries'],
      StartTime: new Date(from),
      EndTime: new Date(to),
      ...more,
    };
    const limit = {
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      whom: whomOf({ url: endpoint ?? publicAddress(region), secrets: [] }),
    };
    return within(limit, signal, async (limited) => {
      const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
      const client = await clientFor({ region, endpoint, environment, isRefusal });
      limited.throwIfAborted();
      try {
        return await retrying(
          () => client.send(new GetMetricDataCommand(input), { abortSignal: limited }),
          (error, made) => (mayPass(error) ? RETRY_AFTER_MS[made - 1] : undefined),
          { signal: limited },
        );
      } catch (error) {
        if (limited.aborted || error instanceof QueryRefused || error instanceof ProviderError) throw error;
        // The client couldn't parse it; its own message may quote the answer.
        throw new ProviderError('this is no answer of CloudWatch');
      } finally {
        client.destroy();
      }
    });
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
export function queriesIn(query: string): readonly object[] {
  const queries = z.array(z.record(z.string(), z.unknown())).safeParse(parsedJson(query));
  if (queries.success) return queries.data;
  throw new QueryRefused('error unmarshaling query: it must be a JSON array of MetricDataQuery');
}

function isRefusal({ status, body }: HttpAnswer): boolean {
  if (status !== 400) return false;
  const complaint = complaintSchema.safeParse(parsedJson(body));
  return !(complaint.success && NOT_THE_QUERYS_FAULT.test(complaint.data.__type));
}

/** A failure with status 400 is a throttled request. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ProviderError) || error.status === undefined) return false;
  return error.status === 400 || error.status === 429 || error.status >= 500;
}

function valueOf({ MetricDataResults }: GetMetricDataCommandOutput): number {
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

const VARIABLE = 'AWS_ENDPOINT_URL_CLOUDWATCH';

/**
 * CloudWatch's address in place of its public one, from the process's environment.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @throws UserError where the environment's value is no URL
 */
export function endpointIn(environment: Environment): URL | undefined {
  const given = environment[VARIABLE] || environment['AWS_ENDPOINT_URL'];
  if (!given) return undefined;
  if (URL.canParse(given)) return new URL(given);
  throw new UserError(`${VARIABLE} or AWS_ENDPOINT_URL of the worker is not a valid URL`);
}

/** CloudWatch's public address in a region, for messages. */
function publicAddress(region: string): URL {
  return new URL(`https://monitoring.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}
