import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import axios, { type AxiosProxyConfig } from 'axios';
import { messageOf } from '../errors.js';
import { withinHost } from './redirects.js';

/** One request to a foreign server, complete. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** User-info in it is sent as basic authentication. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | undefined;
  /** Milliseconds from connecting to the end of the answer; as long as the signal lets it where undefined. */
  readonly timeoutMs?: number;
  /** How many redirects are followed, within the host only; with 0 the redirect itself is the answer. */
  readonly redirects: number;
  /** Most bytes read of an answer, and the treatment of a longer one. */
  readonly answer: { readonly maxBytes: number; readonly beyond: 'cut' | 'refused' };
  /** Whether connections are kept for the next request: right where that comes before servers close an idle one. */
  readonly keepAlive: boolean;
  /** Accepts any certificate. NODE_EXTRA_CA_CERTS adds authorities of one's own. */
  readonly insecureSkipVerify?: boolean;
  /** URL of an HTTP proxy, or `none`; undefined for those of the environment (HTTPS_PROXY, NO_PROXY). */
  readonly proxy?: string | undefined;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
  /** By lower-case name; repeated headers are joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Retry-After` header, as sent. */
  readonly retryAfter: string | undefined;
}

/** No answer came. The message contains no address and no secret. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  /**
   * @param code Node's or OpenSSL's name of the error; '' where there is none
   * @param why whether the time was up, or the answer longer than it may be
   */
  constructor(
    message: string,
    readonly code: string,
    readonly why: 'failed' | 'late' | 'too long',
  ) {
    super(message);
  }

  /** False where the next attempt would end the same way, for instance a certificate that can't be verified. */
  get mayPass(): boolean {
    return !HOPELESS.test(this.code);
  }
}

/** As many redirects as Go's HTTP client follows. */
export const USUAL_REDIRECTS = 10;

/** OpenSSL's and Node's names for a certificate that isn't accepted, and a redirect that leads nowhere. */
const HOPELESS =
  /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_FR_|ERR_INVALID_)/;
/** The longest that Node's timers know; beyond it they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * axios itself passes requests of these agents to the environment's proxies; a tunnelling agent here would undo that.
 * Kept connections belong to Node's own global agents, unless any certificate is accepted.
 */
const closing = {
  http: new http.Agent({ keepAlive: false }),
  verifying: new https.Agent({ keepAlive: false }),
  trusting: new https.Agent({ keepAlive: false, rejectUnauthorized: false }),
};
const keeping = {
  http: undefined,
  verifying: undefined,
  trusting: new https.Agent({ rejectUnauthorized: false }),
};

/**
 * Sends a request to a server that a user has named: a metrics provider, a webhook, an alert service. All such requests
 * come through here; the caller decides whose fault a failure is, and what of it is shown.
 *
 * @returns the answer, whatever its status
 * @throws Unanswered where no answer came; whatever `signal` was aborted with
 */
export async function send(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const abort = (): void => limit.abort();
  const { timeoutMs = LONGEST_TIMER_MS } = request;
  const timer = setTimeout(abort, Math.min(timeoutMs, LONGEST_TIMER_MS));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await exchange(request, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.signal.aborted) throw new Unanswered(`no answer within ${timeoutMs / 1_000}s`, 'ETIMEDOUT', 'late');
    throw error instanceof Unanswered ? error : unanswered(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function exchange(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
  const { method, url, body, redirects, keepAlive, insecureSkipVerify, proxy } = request;
  const agents = keepAlive ? keeping : closing;
  const headers = Object.entries(request.headers).map(([name, value]) => [name, ownCopy(value)] as const);
  const {
    status,
    statusText,
    data,
    headers: answered,
  } = await axios.request<Readable>({
    method,
    url: url.href,
    // Bytes: axios leaves them as they are.
    ...(body === undefined ? {} : { data: Buffer.from(body) }),
    headers: { 'User-Agent': 'serinus', ...Object.fromEntries(headers) },
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: redirects,
    beforeRedirect: withinHost(url),
    ...(agents.http ? { httpAgent: agents.http } : {}),
    ...agentFor(insecureSkipVerify ? agents.trusting : agents.verifying),
    ...(proxy === undefined ? {} : { proxy: proxy === 'none' ? (false as const) : proxyOf(proxy) }),
    signal,
  });
  const headersOfAnswer = Object.fromEntries(Object.entries(answered).map(([name, value]) => [name, String(value)]));
  return {
    status,
    statusText,
    body: await textOf(data, request.answer),
    headers: headersOfAnswer,
    retryAfter: headersOfAnswer['retry-after'],
  };
}

function agentFor(agent: https.Agent | undefined): { readonly httpsAgent?: https.Agent } {
  return agent ? { httpsAgent: agent } : {};
}

function ownCopy(value: string | readonly string[]): string | string[] {
  return typeof value === 'string' ? value : [...value];
}

/** Leaving the loop early closes the connection, as does an abort. */
async function textOf(stream: Readable, { maxBytes, beyond }: OutboundRequest['answer']): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes > maxBytes && beyond === 'refused') {
      throw new Unanswered(`the answer is longer than ${maxBytes} bytes`, 'ERR_BAD_RESPONSE', 'too long');
    }
    if (bytes >= maxBytes && beyond === 'cut') break;
  }
  return text;
}

function proxyOf(text: string): AxiosProxyConfig {
  const { protocol, hostname, port, username, password } = new URL(text);
  const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    protocol: protocol.replace(':', ''),
    host: hostname,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    ...(username === '' ? {} : { auth }),
  };
}

/** Where a name has several addresses, Node's error has a code and no message. */
function unanswered(error: unknown): Unanswered {
  const code = codeOf(error);
  return new Unanswered(messageOf(error) || code || 'the connection failed', code, 'failed');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
