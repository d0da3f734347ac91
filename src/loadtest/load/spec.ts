import { validateHeaderName, validateHeaderValue } from 'node:http';
import { UserError } from '../../errors.js';

/** Load on one URL: what each request looks like, how many of them, how fast. */
export interface LoadSpec {
  /** Its name in summaries, for instance the webhook's name. */
  readonly name: string;
  /** http or https; user-info in it is sent as basic authentication. */
  readonly url: string;
  readonly method: string;
  /** The `Host` header, where it isn't the URL's own host. */
  readonly host?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Each sends one request at a time. */
  readonly connections: number;
  /** For each connection; undefined = as fast as answers come. */
  readonly requestsPerSecond?: number;
  /** When it is over. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
  /** For each request, from sending it to the end of its answer. */
  readonly timeoutSeconds: number;
  /** False opens a new connection for each request. */
  readonly keepAlive: boolean;
  /** Accepts any certificate. */
  readonly skipTlsVerify: boolean;
}

/** The largest values of a run: a mistyped number must not take a cluster down. */
export const LIMITS = {
  connections: 256,
  requestsPerSecond: 10_000,
  seconds: 3_600,
  requests: 10_000_000,
  timeoutSeconds: 300,
} as const;

/** @throws UserError that names the field, where the spec is invalid or exceeds {@link LIMITS} */
export function checkLoadSpec(spec: LoadSpec): void {
  const url = URL.canParse(spec.url) ? new URL(spec.url) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UserError('url: not an http or https URL');
  }
  if (!/^[A-Z]+$/.test(spec.method)) throw new UserError('method: use one such as GET or POST');
  if (spec.host !== undefined) checkHeader('Host', spec.host);
  for (const [name, value] of Object.entries(spec.headers)) checkHeader(name, value);
  within('connections', spec.connections, 1, LIMITS.connections, true);
  if (spec.requestsPerSecond !== undefined) {
    within('requestsPerSecond', spec.requestsPerSecond, 0.001, LIMITS.requestsPerSecond);
  }
  if ('seconds' in spec.until) within('until.seconds', spec.until.seconds, 0.001, LIMITS.seconds);
  else within('until.requests', spec.until.requests, 1, LIMITS.requests, true);
  within('timeoutSeconds', spec.timeoutSeconds, 0.001, LIMITS.timeoutSeconds);
}

function within(field: string, value: number, min: number, max: number, whole = false): void {
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return;
  throw new UserError(`${field}: ${value} is not ${whole ? 'a whole number ' : ''}between ${min} and ${max}`);
}

/** The value is never shown. */
function checkHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (cause) {
    throw new UserError(`headers: ${JSON.stringify(name)} can't be sent`, { cause });
  }
}
