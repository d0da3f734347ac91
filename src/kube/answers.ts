import type { Readable } from 'node:stream';
import { TransientError } from '../errors.js';
import { KubeError, type StatusCause } from './kube-error.js';

/** What the API server answers, and what answers in its place: a proxy, a load balancer, half of an answer. */

const NOT_FOUND = 404;
const TOO_LARGE = 413;
const TOO_MANY = 429;
/** For a path that it doesn't serve the API server itself says just this. */
const NOT_SERVED = '404 page not found';

/**
 * Demands an object in a successful answer: a proxy's page would look like an object without fields, or an empty list.
 */
export function demandObject(data: unknown, what: string): void {
  if (!isObject(data)) throw new TransientError(`${what}: the answer is none of Kubernetes'`);
}

/** As {@link demandObject}, for a list: an empty one means that all objects of the kind are gone. */
export function demandList(list: object, what: string): void {
  const { metadata, items = [] } = list as Readonly<Record<string, unknown>>;
  if (!isObject(metadata) || (items !== null && !Array.isArray(items))) {
    throw new TransientError(`${what}: the answer is no list of Kubernetes'`);
  }
}

/**
 * The error for an answer that isn't a success.
 *
 * @param what the request, in words for people
 */
export async function errorIn(
  response: { readonly status: number; readonly data: unknown },
  what: string,
): Promise<KubeError | TransientError> {
  const { status: code, data } = response;
  const body = isStream(data) ? await readAll(data) : data;
  const status = statusIn(body);
  const message = status?.message ?? `${what}: status ${code}`;
  // An object that is too large for etcd fails as if the server had failed, and will fail again.
  const isTooLarge = code >= 500 && message.includes('request is too large');
  if (isTooLarge) return new KubeError(TOO_LARGE, 'RequestEntityTooLarge', message);
  if (code === TOO_MANY || code >= 500) return new TransientError(message);
  // A proxy in between doesn't know whether such an object exists.
  const isSomebodyElses = code === NOT_FOUND && !status && !String(body).startsWith(NOT_SERVED);
  if (isSomebodyElses) return new TransientError(`${message}, which the Kubernetes API didn't say itself`);
  return new KubeError(code, status?.reason ?? 'Unknown', message, status?.causes ?? []);
}

interface Status {
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly causes: readonly StatusCause[];
}

/** Keeps only the fields that are as they should be; a webhook or a proxy may have written anything. */
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
