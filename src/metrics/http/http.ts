import https from 'node:https';
import axios from 'axios';
import { reasonIn, withoutKeys } from '../../answers.js';
import { messageOf } from '../../errors.js';
import { withinHost } from '../../redirects.js';
import { ProviderError, QueryRefused } from '../errors.js';
import type { Headers } from './headers.js';

export interface HttpRequest {
  /** GET where undefined. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Headers;
  readonly body?: string;
  /** Takes any certificate. Others of one's own are added with NODE_EXTRA_CA_CERTS. */
  readonly insecureSkipVerify?: boolean;
  /** Past any proxy: what is asked is next to us, and nobody else's business. */
  readonly direct?: boolean;
  /** Must not be seen in a message. */
  readonly secrets: readonly string[];
  /** Whether a failure is the query's fault rather than the provider's; told by the status where undefined. */
  readonly isRefusal?: (answer: HttpAnswer) => boolean;
}

/** An answer that isn't a success. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** One number is asked for; an answer of this size is a query that forgets to aggregate. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** What is shown of a foreign text. */
const MAX_EXCERPT = 300;
/** The query itself is at fault: malformed, too long, or it can't be carried out. */
const QUERY_IS_AT_FAULT = [400, 413, 414, 422];

const trusting = new https.Agent({ rejectUnauthorized: false });

/**
 * Asks over HTTP, until `signal` is aborted. Redirects of a GET are followed within the host; all others are failures.
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
  const { method = 'GET', url, body, direct, insecureSkipVerify } = request;
  const headers = Object.entries(request.headers).map(([name, values]) => [name, [...values]] as const);
  const response = await axios.request<string>({
    method,
    url: url.href,
    data: body,
    headers: { 'User-Agent': 'serinus', ...Object.fromEntries(headers) },
    ...(method === 'GET' ? { beforeRedirect: withinHost(url) } : { maxRedirects: 0 }),
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    maxContentLength: MAX_ANSWER_BYTES,
    signal,
    ...(direct ? { proxy: false } : {}),
    ...(insecureSkipVerify ? { httpsAgent: trusting } : {}),
  });
  const { status, statusText, data } = response;
  if (status >= 200 && status < 300) return data;
  throw failureOf(request, { status, statusText, body: data });
}

/** What is to be said of an answer that isn't a success. */
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

/** What is to be said where no answer came, or one beyond all bounds. */
export function unanswered(
  request: Pick<HttpRequest, 'url' | 'secrets'>,
  error: unknown,
): QueryRefused | ProviderError {
  if (axios.isAxiosError(error) && error.message.startsWith('maxContentLength')) {
    return new QueryRefused(`the answer is longer than ${MAX_ANSWER_BYTES} bytes: aggregate the query to one value`);
  }
  const reason = messageOf(error) || codeOf(error) || 'the connection failed';
  return new ProviderError(`request to ${whomOf(request)} failed: ${excerpt(reason, request.secrets)}`);
}

/** Where a name has several addresses, Node's error has a code and no message. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Who is asked, as it may be shown: some have a part of the credentials in their path. */
export function whomOf({ url, secrets }: Pick<HttpRequest, 'url' | 'secrets'>): string {
  return excerpt(shown(url), secrets);
}

/** Without user-info and query, where secrets tend to be. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** The beginning of a foreign text, in one line and without secrets, however it repeats them. */
export function excerpt(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // The longest first: one may be a part of another.
  const hidden = forms.filter((form) => form.trim() !== '').sort((a, b) => b.length - a.length);
  const clean = withoutKeys(hidden.reduce((rest, form) => rest.replaceAll(form, '***'), text));
  const line = clean.replace(/\s+/g, ' ').trim();
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT)}…` : line;
}
