import { reasonIn } from '../../http/answers.js';
import { send, Unanswered, USUAL_REDIRECTS } from '../../http/outbound.js';
import { excerpt, shown } from '../../http/shown.js';
import { messageOf } from '../../errors.js';
import { ProviderError, QueryRefused } from '../errors.js';
import type { Headers } from './headers.js';

export interface HttpRequest {
  /** GET where undefined. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Headers;
  readonly body?: string;
  /** Accepts any certificate. NODE_EXTRA_CA_CERTS adds authorities of one's own. */
  readonly insecureSkipVerify?: boolean;
  /** Bypasses any proxy: the address is local, and the request confidential. */
  readonly direct?: boolean;
  /** Must not appear in messages. */
  readonly secrets: readonly string[];
  /** Whether a failure is the query's fault rather than the provider's; the status decides where undefined. */
  readonly isRefusal?: (answer: HttpAnswer) => boolean;
}

/** An answer that isn't a success. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** The query is for one number; an answer of this size means that it forgot to aggregate. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
/** The query itself is at fault: malformed, too long, or impossible. */
const QUERY_IS_AT_FAULT = [400, 413, 414, 422];

/**
 * Sends an HTTP request, until `signal` is aborted. Redirects of a GET are followed within the host; all others are
 * failures.
 *
 * @returns the answer's body
 * @throws QueryRefused, ProviderError; anything where `signal` was aborted
 */
export async function ask(request: HttpRequest, signal: AbortSignal): Promise<string> {
  try {
    return await answer(request, signal);
  } catch (error) {
    if (signal.aborted || error instanceof QueryRefused || error instanceof ProviderError) throw error;
    throw unanswered(request, error);
  }
}

async function answer(request: HttpRequest, signal: AbortSignal): Promise<string> {
  const { method = 'GET', url, headers, body, direct, insecureSkipVerify = false } = request;
  const {
    status,
    statusText,
    body: text,
  } = await send(
    {
      method,
      url,
      headers,
      body,
      redirects: method === 'GET' ? USUAL_REDIRECTS : 0,
      answer: { maxBytes: MAX_ANSWER_BYTES, beyond: 'refused' },
      keepAlive: true,
      insecureSkipVerify,
      proxy: direct ? 'none' : undefined,
    },
    signal,
  );
  if (status >= 200 && status < 300) return text;
  throw failureOf(request, { status, statusText, body: text });
}

/** The error for an answer that isn't a success. */
export function failureOf(
  { secrets, isRefusal = refusedByStatus }: Pick<HttpRequest, 'secrets' | 'isRefusal'>,
  { status, statusText, body }: HttpAnswer & { readonly statusText: string },
): QueryRefused | ProviderError {
  const reason = excerpt(reasonIn(body), secrets);
  const message = `error response: Status ${status} ${statusText}${reason === '' ? '' : `: ${reason}`}`;
  return isRefusal({ status, body }) ? new QueryRefused(message) : new ProviderError(message, status);
}

export function refusedByStatus({ status }: HttpAnswer): boolean {
  return QUERY_IS_AT_FAULT.includes(status);
}

/** The error where no answer came, or one that is too large. */
export function unanswered(
  request: Pick<HttpRequest, 'url' | 'secrets'>,
  error: unknown,
): QueryRefused | ProviderError {
  if (error instanceof Unanswered && error.why === 'too long') {
    return new QueryRefused(`${error.message}: aggregate the query to one value`);
  }
  return new ProviderError(`request to ${whomOf(request)} failed: ${excerpt(messageOf(error), request.secrets)}`);
}

/** The address for messages: some contain a part of the credentials in their path. */
export function whomOf({ url, secrets }: Pick<HttpRequest, 'url' | 'secrets'>): string {
  return excerpt(shown(url), secrets);
}
