import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { NoValuesFound, ProviderError, QueryRefused } from './errors.js';
import { excerpt, get, type HttpGet } from './http.js';
import type { MetricsProvider, ProviderOptions } from './port.js';

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
  const address = addressOf(options);
  const headers = headersOf(options, address);
  return new Prometheus({
    url: endpoint(address),
    headers,
    insecureSkipVerify: options.provider.insecureSkipVerify,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    secrets: secretsOf(options, address, headers),
  });
}

class Prometheus implements MetricsProvider {
  constructor(private readonly request: HttpGet) {}

  async query(query: string, signal: AbortSignal): Promise<number> {
    const url = new URL(this.request.url);
    url.search = `?query=${encodeURIComponent(query.replace(/\s+/g, ' '))}`;
    const value = this.valueOf(await get({ ...this.request, url }, signal));
    if (value === undefined || Number.isNaN(value)) throw new NoValuesFound();
    return value;
  }

  async checkOnline(signal: AbortSignal): Promise<void> {
    const value = await this.query(ONLINE_QUERY, signal);
    if (value !== 1) throw new ProviderError(`the value of ${ONLINE_QUERY} is ${value}, not 1`);
  }

  private valueOf(body: string): number | undefined {
    const answer = answerSchema.safeParse(parsedJson(body));
    if (!answer.success) throw this.notUnderstood(body);
    const { data } = answer.data;
    switch (data.resultType) {
      case 'matrix':
        throw new QueryRefused('query returned multiple values');
      case 'string':
        throw new QueryRefused('query returned a string, not a number');
      case 'scalar':
        return this.number(data.result[1], body);
      case 'vector': {
        const sample = (data.result ?? [])
          .map(({ value }) => value?.[1])
          .findLast((value) => typeof value === 'string');
        return sample === undefined ? undefined : this.number(sample, body);
      }
    }
  }

  private number(text: string, body: string): number {
    const value = parsedNumber(text);
    if (value === undefined) throw this.notUnderstood(body);
    return value;
  }

  private notUnderstood(body: string): ProviderError {
    return new ProviderError(`this is no answer of a Prometheus: ${excerpt(body, this.request.secrets)}`);
  }
}

function addressOf({ provider: { type, address } }: ProviderOptions): URL {
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UserError(`${type} address is not a valid URL: use one such as http://prometheus:9090`);
}

/** The API below the address's path; its query string is dropped. */
function endpoint(address: URL): URL {
  return new URL(`${address.origin}${address.pathname.replace(/\/+$/, '')}/api/v1/query`);
}

function headersOf(options: ProviderOptions, address: URL): HttpGet['headers'] {
  const custom = Object.entries(options.provider.headers);
  for (const [name, values] of custom) validateHeader(name, values);
  const authorization = authorizationOf(options, address);
  if (authorization === undefined) return Object.fromEntries(custom);
  validateHeader('Authorization', [authorization]);
  const others = custom.filter(([name]) => name.toLowerCase() !== 'authorization');
  return { ...Object.fromEntries(others), Authorization: [authorization] };
}

/** Node's own complaint names the header and keeps its value to itself. */
function validateHeader(name: string, values: readonly string[]): void {
  try {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
  } catch {
    throw new UserError(`header ${JSON.stringify(name)} can't be sent: it has characters that HTTP doesn't allow`);
  }
}

function authorizationOf({ provider, credentials }: ProviderOptions, address: URL): string | undefined {
  if (!credentials) {
    const { username, password } = address;
    return username === '' && password === '' ? undefined : basic(percentDecoded(username), percentDecoded(password));
  }
  // A Secret made from a file often ends in a line break.
  const token = credentials['token']?.trim();
  if (token) return `Bearer ${token}`;
  return basic(entry('username'), entry('password'));

  function entry(key: string): string {
    const value = credentials?.[key];
    if (value) return value;
    throw new UserError(`${provider.type} credentials does not contain a ${key}`);
  }
}

/** User-info may hold a `%` that stands for itself. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function secretsOf({ credentials = {} }: ProviderOptions, address: URL, headers: HttpGet['headers']): string[] {
  const sent = Object.values(headers)
    .flat()
    .map((value) => value.replace(/^(?:Bearer|Basic) /, ''));
  return [...Object.values(credentials), address.password, percentDecoded(address.password), ...sent];
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Numbers as Go prints them. */
function parsedNumber(text: string): number | undefined {
  if (text === 'NaN') return NaN;
  const infinite = /^([+-]?)Inf$/.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
