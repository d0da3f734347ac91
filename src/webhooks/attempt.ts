import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import { messageOf } from '../errors.js';
import { withinHost } from '../redirects.js';
import type { Attempt } from './retry.js';

/** One webhook call, complete. */
export interface WebhookCall {
  /** http or https. User-info in it is sent as basic authentication. */
  readonly url: string;
  /** JSON, see `payloadOf`. */
  readonly body: string;
  /** For each attempt, from connecting to the end of the answer. */
  readonly timeoutMs: number;
  /** Further attempts after the first. */
  readonly retries: number;
  /** Takes any certificate. */
  readonly disableTLS: boolean;
  /** Sent as `Idempotency-Key`, the same on every attempt, so that a receiver can tell a repetition. */
  readonly idempotencyKey?: string;
}

/** As many as Go's HTTP client follows. */
const MAX_REDIRECTS = 10;
/** The longest that Node's timers know; beyond it they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** What is read of an answer. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * A connection a call. Calls are seconds apart, about as long as servers keep idle connections; a kept one that the
 * server has just closed would turn into a failed check. axios puts the environment's proxies (HTTP_PROXY, HTTPS_PROXY,
 * NO_PROXY) in front of these agents by itself; a custom `proxy` setting or a tunnelling agent here would undo that.
 */
const httpAgent = new http.Agent({ keepAlive: false });
const verifying = new https.Agent({ keepAlive: false });
const trusting = new https.Agent({ keepAlive: false, rejectUnauthorized: false });

/** OpenSSL's and Node's names for a certificate that isn't accepted, and a redirect that leads nowhere. */
const HOPELESS =
  /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_FR_|ERR_INVALID_)/;

/**
 * Makes one attempt.
 *
 * @throws whatever `signal` was aborted with; nothing else
 */
export async function attempt(call: WebhookCall, signal?: AbortSignal): Promise<Attempt> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), Math.min(call.timeoutMs, LONGEST_TIMER_MS));
  const abort = () => limit.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await post(call, limit.signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.signal.aborted) {
      return { kind: 'unanswered', reason: `no answer within ${call.timeoutMs / 1_000}s`, mayPass: true };
    }
    return { kind: 'unanswered', reason: reasonOf(error), mayPass: !HOPELESS.test(codeOf(error)) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function post(call: WebhookCall, signal: AbortSignal): Promise<Attempt> {
  const response = await axios.request<Readable>({
    method: 'POST',
    url: call.url,
    // Bytes: axios leaves them as they are.
    data: Buffer.from(call.body),
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'serinus',
      ...(call.idempotencyKey === undefined ? {} : { 'Idempotency-Key': call.idempotencyKey }),
    },
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: MAX_REDIRECTS,
    beforeRedirect: withinHost(new URL(call.url)),
    httpAgent,
    httpsAgent: call.disableTLS ? trusting : verifying,
    signal,
  });
  const retryAfter: unknown = response.headers['retry-after'];
  return {
    kind: 'answered',
    status: response.status,
    text: await beginning(response.data),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  };
}

/** Reads an answer's text up to its limit. Leaving the loop early closes the connection, and so does an abort. */
async function beginning(stream: Readable): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return text;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Where a name has several addresses, Node's error has a code and no message. */
function reasonOf(error: unknown): string {
  return messageOf(error) || codeOf(error) || 'the connection failed';
}
