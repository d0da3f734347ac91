import type { Readable } from 'node:stream';
import { TransientError } from '../errors.js';
import { KubeError, type StatusCause } from './kube-error.js';

/** What the API server answers, and what answers in its place: a proxy, a load balancer, half of an answer. */

const NOT_FOUND = 404;
const TOO_LARGE = 413;
const TOO_MANY = 429;
/** For what nobody serves, the API server itself says just this. */
const NOT_SERVED = '404 page not found';

/** What a success must be: a page of somebody else's would be taken for an object without any field, or an empty list. */
export function demandObject(data: unknown, what: string): void {
  if (!isObject(data)) throw new TransientError(`${what}: the answer is none of Kubernetes'`);
}

/** As {@link demandObject}, of a list: an empty one means that all of its kind are gone. */
export function demandList(list: object, what: string): void {
  const { metadata, items = [] } = list as Readonly<Record<string, unknown>>;
  if (!isObject(metadata) || (items !== null && !Array.isArray(items))) {
    throw new TransientError(`${what}: the answer is no list of Kubernetes'`);
  }
}

/**
 * What an answer that is no success means.
 *
 * @param what was asked, for people
 */
export async function errorIn(
  response: { readonly status: number; readonly data: unknown },
  what: string,
): Promise<KubeError | TransientError> {
  const { status: code, data } = response;
  const body = isStream(data) ? await readAll(data) : data;
  const status = statusIn(body);
  const message = status?.message ?? `${what}: status ${code}`;
  // What is too large for etcd is answered as if the server had failed, and will be the next time, too.
  const isTooLarge = code >= 500 && message.includes('request is too large');
  if (isTooLarge) return new KubeError(TOO_LARGE, 'RequestEntityTooLarge', message);
  if (code === TOO_MANY || code >= 500) return new TransientError(message);
  // Somebody in between doesn't know whether there is such an object.
  const isSomebodyElses = code === NOT_FOUND && !status && !String(body).startsWith(NOT_SERVED);
  if (isSomebodyElses) return new TransientError(`${message}, which the Kubernetes API didn't say itself`);
  return new KubeError(code, status?.reason ?? 'Unknown', message, status?.causes ?? []);
}

interface Status {
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly causes: readonly StatusCause[];
}

/** Of whatever there may be in it only what is as it should be; a webhook or a proxy writes what it likes. */
function statusIn(body: unknown): Status | undefined {
  const object = typeof body === 'string' ? parsed(body) : body;
  if (!isObject(object)) return undefined;
  const { reason, message, details } = object;
  const causes = isObject(details) && Array.isArray(details['causes']) ? (details['causes'] as unknown[]) : [];
  return {
    reason: text(reason),
    message: text(message),
    causes: causes.filter(isObject).map((cause) => ({
      ...(text(cause['field']) === undefined ? {} : { field: text(cause['field']) ?? '' }),
      ...(text(cause['message']) === undefined ? {} : { message: text(cause['message']) ?? '' }),
    })),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'pipe' in body;
}

async function readAll(stream: Readable): Promise<string> {
  let body = '';
  for await (const chunk of stream.setEncoding('utf8')) body += String(chunk);
  return body;
}
