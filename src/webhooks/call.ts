import { reasonIn } from '../http/answers.js';
import { printableUrl, secretsIn, withoutSecrets } from '../http/shown.js';
import { retrying } from '../retrying.js';
import { attempt, type WebhookCall } from './attempt.js';
import { succeeded, waitAfter, worthRetrying, type Attempt } from './retry.js';

export type { WebhookCall } from './attempt.js';

export type CallOutcome =
  | { readonly ok: true; readonly status: number; readonly attempts: number }
  | {
      readonly ok: false;
      /** For an event: the reason in the response, shortened, or why there was none. */
      readonly error: string;
      /** Of the last answer; undefined where there was none. */
      readonly status: number | undefined;
      /** 0 where the call couldn't be made at all. */
      readonly attempts: number;
    };

export interface CallTools {
  /** Ends attempts and waits at once. */
  readonly signal?: AbortSignal;
  /** How to wait between attempts; must end when the signal aborts. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Room in an event of 1024 characters for the sentence around it. */
const MAX_ERROR_LENGTH = 500;

/**
 * Calls a webhook and, where that may help, calls it again: connection errors, 429, and 5xx except 501 are retried up
 * to `retries` times, other answers are final. Redirects are followed within the host.
 *
 * Any 2xx is a success. Flagger takes 203, 204 and 206 for failures; everywhere else they are successes, and a gate
 * that answers 204 means yes.
 *
 * A failed call is an outcome, not an exception.
 *
 * @throws whatever `tools.signal` was aborted with, within milliseconds
 */
export async function callWebhook(call: WebhookCall, tools: CallTools = {}): Promise<CallOutcome> {
  const { signal = NEVER, wait, now = Date.now } = tools;
  const url = printableUrl(call.url);
  if (url === undefined) {
    return { ok: false, error: 'the url is not an http or https URL', status: undefined, attempts: 0 };
  }
  try {
    return await retrying(
      async (attempts): Promise<CallOutcome> => {
        const tried = await attempt(call, signal);
        if (tried.kind === 'unanswered' || !succeeded(tried)) throw new FailedAttempt(tried, attempts);
        return { ok: true, status: tried.status, attempts };
      },
      (failure, made) =>
        failure instanceof FailedAttempt && made <= call.retries && worthRetrying(failure.tried)
          ? waitAfter(failure.tried, made, now())
          : undefined,
      { signal, wait },
    );
  } catch (error) {
    if (error instanceof FailedAttempt) return failure(error.tried, url, error.attempts, secretsIn(call.url));
    throw error;
  }
}

const NEVER = new AbortController().signal;

/** An attempt without success that may be repeated. */
class FailedAttempt extends Error {
  constructor(
    readonly tried: Attempt,
    readonly attempts: number,
  ) {
    super('the attempt failed');
  }
}

function failure(tried: Attempt, url: string, attempts: number, secrets: readonly string[]): CallOutcome {
  const status = tried.kind === 'answered' ? tried.status : undefined;
  // The server may repeat parts of the request; more people can read events than Canaries.
  return { ok: false, error: errorText(tried, url, attempts, secrets), status, attempts };
}

function errorText(tried: Attempt, url: string, attempts: number, secrets: readonly string[]): string {
  if (tried.kind === 'answered' && !worthRetrying(tried)) {
    return cut(withoutSecrets(reasonIn(tried.text), secrets)) || `POST ${url} answered with status ${tried.status}`;
  }
  const gaveUp = `POST ${url} giving up after ${attempts} attempt(s)`;
  return tried.kind === 'answered' ? gaveUp : `${gaveUp}: ${cut(tried.reason)}`;
}

function cut(text: string): string {
  return text.length <= MAX_ERROR_LENGTH ? text : `${text.slice(0, MAX_ERROR_LENGTH)}…`;
}
