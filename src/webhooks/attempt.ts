import { send, Unanswered, USUAL_REDIRECTS } from '../http/outbound.js';
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
  /** Accepts any certificate. */
  readonly disableTLS: boolean;
  /** Sent as `Idempotency-Key`, the same on every attempt, so that a receiver recognises a repetition. */
  readonly idempotencyKey?: string;
}

/** Most bytes read of an answer. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Makes one attempt, on a connection of its own: calls are seconds apart, about as long as servers keep idle
 * connections, and one that the server has just closed would look like a failed check.
 *
 * @throws whatever `signal` was aborted with; nothing else
 */
export async function attempt(call: WebhookCall, signal: AbortSignal): Promise<Attempt> {
  const { url, body, timeoutMs, disableTLS, idempotencyKey } = call;
  try {
    const answer = await send(
      {
        method: 'POST',
        url: new URL(url),
        headers: {
          'Content-Type': 'application/json',
          ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
        },
        body,
        timeoutMs,
        redirects: USUAL_REDIRECTS,
        answer: { maxBytes: MAX_ANSWER_BYTES, beyond: 'cut' },
        keepAlive: false,
        insecureSkipVerify: disableTLS,
      },
      signal,
    );
    return { kind: 'answered', status: answer.status, text: answer.body, retryAfter: answer.retryAfter };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return { kind: 'unanswered', reason: error.message, mayPass: error.mayPass };
  }
}
