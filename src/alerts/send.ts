import http from 'node:http';
import https from 'node:https';
import axios, { type AxiosProxyConfig } from 'axios';
import { messageOf } from '../errors.js';
import { withinHost } from '../redirects.js';
import type { AlertService, Post } from './port.js';

/** What became of a message. Errors hold the host only: the rest of an address is a secret in most services. */
export type Sent =
  | {
      readonly ok: true;
      /** The conversation that it is in, where the service keeps one; see {@link AlertService.thread}. */
      readonly thread?: string;
    }
  | {
      readonly ok: false;
      readonly error: string;
      /** Another attempt may help. */
      readonly mayPass: boolean;
      readonly retryAfterMs?: number;
    };

export interface SendOptions {
  /** URL of an HTTP proxy; without it, those of the environment (HTTPS_PROXY, NO_PROXY) hold. */
  readonly proxy: string | undefined;
  readonly complaint: AlertService['complaint'];
  /** Names the conversation that the message is in, by the answer. */
  readonly thread?: (body: string) => string | undefined;
  /** Sent as `Idempotency-Key`, so that a receiver can tell a repetition. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** As Flagger's. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** A connection a message: they are minutes apart, and a kept one would have been closed by then. */
const httpAgent = new http.Agent({ keepAlive: false });
const httpsAgent = new https.Agent({ keepAlive: false });

/**
 * Posts a message, once.
 *
 * @throws whatever `signal` was aborted with; nothing else
 */
export async function sendAlert({ url, body, headers = {} }: Post, options: SendOptions): Promise<Sent> {
  const { proxy, idempotencyKey, signal } = options;
  const host = hostOf(url);
  if (host === undefined) return { ok: false, error: 'the address is not an http or https URL', mayPass: false };
  try {
    const {
      status,
      data,
      headers: answered,
    } = await axios.request<string>({
      method: 'POST',
      url,
      data: JSON.stringify(body),
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'serinus',
        'Idempotency-Key': idempotencyKey,
        ...headers,
      },
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
      timeout: TIMEOUT_MS,
      maxContentLength: MAX_ANSWER_BYTES,
      beforeRedirect: withinHost(new URL(url)),
      httpAgent,
      httpsAgent,
      ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
      // Connecting isn't covered by axios's own timeout.
      signal: AbortSignal.any([signal, AbortSignal.timeout(2 * TIMEOUT_MS)]),
    });
    return judged(host, status, String(data ?? ''), answered['retry-after'], options);
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, error: `${host}: ${reasonOf(error)}`, mayPass: true };
  }
}

function judged(
  host: string,
  status: number,
  body: string,
  retryAfter: unknown,
  { complaint, thread }: Pick<SendOptions, 'complaint' | 'thread'>,
): Sent {
  if (status >= 200 && status < 300) {
    const wrong = complaint?.(body);
    if (wrong !== undefined) return { ok: false, ...wrong };
    const conversation = thread?.(body);
    return conversation === undefined ? { ok: true } : { ok: true, thread: conversation };
  }
  const mayPass = status === 408 || status === 429 || (status >= 500 && status !== 501);
  const seconds = typeof retryAfter === 'string' ? Number(retryAfter) : Number.NaN;
  return {
    ok: false,
    error: `${host} answered with status ${status}`,
    mayPass,
    ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
  };
}

/** @returns undefined for anything that can't be called */
export function hostOf(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.host : undefined;
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

/** Messages of connection errors name the host and nothing else; where there is none, there is a code. */
function reasonOf(error: unknown): string {
  if (axios.isAxiosError(error)) return error.code ?? 'the connection failed';
  return messageOf(error);
}
