import https from 'node:https';
import axios from 'axios';
import { formatGoDuration } from '../crds/duration.js';
import { messageOf } from '../errors.js';
import { ProviderError, QueryRefused } from './errors.js';

export interface HttpGet {
  readonly url: URL;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Takes any certificate. Others of one's own are added with NODE_EXTRA_CA_CERTS. */
  readonly insecureSkipVerify: boolean;
  /** From connecting to the end of the answer. */
  readonly timeoutMs: number;
  /** Must not be seen in a message. */
  readonly secrets: readonly string[];
}

/** One number is asked for; an answer of this size is a query that forgets to aggregate. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** What is shown of an answer that isn't understood. */
const MAX_EXCERPT = 300;
/** The query itself is at fault: malformed, too long, or it can't be carried out. */
const QUERY_IS_AT_FAULT = [400, 413, 414, 422];

const trusting = new https.Agent({ rejectUnauthorized: false });

/**
 * Asks a metrics provider over HTTP.
 *
 * @returns the answer's body
 * @throws QueryRefused, ProviderError, or whatever `signal` was aborted with
 */
export async function get(request: HttpGet, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), request.timeoutMs);
  const abort = () => limit.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await answer(request, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof QueryRefused || error instanceof ProviderError) throw error;
    if (!limit.signal.aborted) throw unanswered(request, error);
    throw new ProviderError(`no answer from ${shown(request.url)} within ${formatGoDuration(request.timeoutMs)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function answer(request: HttpGet, signal: AbortSignal): Promise<string> {
  const headers = Object.entries(request.headers).map(([name, values]) => [name, [...values]] as const);
  const response = await axios.get<string>(request.url.href, {
    headers: { 'User-Agent': 'serinus', ...Object.fromEntries(headers) },
    // A redirect to another host doesn't get them.
    sensitiveHeaders: headers.map(([name]) => name),
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
    maxContentLength: MAX_ANSWER_BYTES,
    signal,
    ...(request.insecureSkipVerify ? { httpsAgent: trusting } : {}),
  });
  const { status, statusText, data } = response;
  if (status < 400) return data;
  const message = `error response: Status ${status} ${statusText}: ${excerpt(data, request.secrets)}`;
  throw QUERY_IS_AT_FAULT.includes(status) ? new QueryRefused(message) : new ProviderError(message);
}

function unanswered({ url, secrets }: HttpGet, error: unknown): QueryRefused | ProviderError {
  if (axios.isAxiosError(error) && error.message.startsWith('maxContentLength')) {
    return new QueryRefused(`the answer is longer than ${MAX_ANSWER_BYTES} bytes: aggregate the query to one value`);
  }
  const reason = messageOf(error) || codeOf(error) || 'the connection failed';
  return new ProviderError(`request to ${shown(url)} failed: ${excerpt(reason, secrets)}`);
}

/** Where a name has several addresses, Node's error has a code and no message. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
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
  const clean = hidden.reduce((rest, form) => rest.replaceAll(form, '***'), text);
  const line = clean.replace(/\s+/g, ' ').trim();
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT)}…` : line;
}
