import { send, Unanswered, USUAL_REDIRECTS } from '../http/outbound.js';
import { httpUrl } from '../http/shown.js';
import type { AlertService, Post } from './port.js';

/**
 * The result of sending a message. Errors contain only the host: the rest of an address is a secret in most services.
 */
export type Sent =
  | {
      readonly ok: true;
      /** The message's conversation, if the service has one; see {@link AlertService.thread}. */
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
  /** Finds the message's conversation in the answer. */
  readonly thread?: (body: string) => string | undefined;
  /** Sent as `Idempotency-Key`, so that a receiver recognises a repetition. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** As Flagger's. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Posts a message, once, on a connection of its own: messages are minutes apart, and the server would have closed a
 * kept one by then.
 *
 * @throws whatever `signal` was aborted with; nothing else
 */
export async function sendAlert({ url: address, body, headers = {} }: Post, options: SendOptions): Promise<Sent> {
  const { proxy, idempotencyKey, signal } = options;
  const url = httpUrl(address);
  if (url === undefined) return { ok: false, error: 'the address is not an http or https URL', mayPass: false };
  try {
    const answer = await send(
      {
        method: 'POST',
        url,
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey, ...headers },
        timeoutMs: TIMEOUT_MS,
        redirects: USUAL_REDIRECTS,
        answer: { maxBytes: MAX_ANSWER_BYTES, beyond: 'cut' },
        keepAlive: false,
        proxy,
      },
      signal,
    );
    return judged(url.host, answer.status, answer.body, answer.retryAfter, options);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    // The code doesn't contain the path, which is a secret in most services.
    return { ok: false, error: `${url.host}: ${error.code || 'the connection failed'}`, mayPass: true };
  }
}

function judged(
  host: string,
  status: number,
  body: string,
  retryAfter: string | undefined,
  { complaint, thread }: Pick<SendOptions, 'complaint' | 'thread'>,
): Sent {
  if (status >= 200 && status < 300) {
    const wrong = complaint?.(body);
    if (wrong !== undefined) return { ok: false, ...wrong };
    const conversation = thread?.(body);
    return conversation === undefined ? { ok: true } : { ok: true, thread: conversation };
  }
  const mayPass = status === 408 || status === 429 || (status >= 500 && status !== 501);
  const seconds = Number(retryAfter ?? Number.NaN);
  return {
    ok: false,
    error: `${host} answered with status ${status}`,
    mayPass,
    ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
  };
}

/** @returns undefined where the address is invalid */
export function hostOf(address: string): string | undefined {
  return httpUrl(address)?.host;
}
