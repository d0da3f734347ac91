import type { ProblemDocument } from './types.js';

/** An answer that isn't a success, as the API explains it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(readonly document: ProblemDocument) {
    super(document.detail);
  }

  /** The last part of `type`: `order-refused`. */
  get kind(): string {
    return this.document.type.split('/').at(-1) ?? '';
  }
}

/** No answer came at all. */
class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

const TIMEOUT_MS = 15_000;

/** @throws ApiProblem | Unreachable */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { headers: { Accept: 'application/json' }, ...(signal && { signal }) });
}

export interface Post {
  readonly body: unknown;
  /** Two requests with the same key count once. */
  readonly idempotencyKey?: string;
  /** Of the session; nothing where there is none. */
  readonly csrfToken?: string | undefined;
}

/** @throws ApiProblem | Unreachable */
export async function post<T>(path: string, { body, idempotencyKey, csrfToken }: Post): Promise<T> {
  return ask<T>(path, {
    method: 'POST',
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      ...(csrfToken !== undefined && { 'X-Serinus-Csrf': csrfToken }),
    },
    body: JSON.stringify(body),
  });
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const { response, text } = await send(path, init);
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw new ApiProblem(problemOf(response, text));
}

async function send(path: string, init: RequestInit): Promise<{ response: Response; text: string }> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  try {
    const response = await fetch(path, { ...init, signal, credentials: 'same-origin' });
    return { response, text: await response.text() };
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** A proxy between page and API answers in words of its own. */
function problemOf(response: Response, text: string): ProblemDocument {
  try {
    const document = JSON.parse(text) as Partial<ProblemDocument>;
    if (typeof document.type === 'string' && typeof document.detail === 'string') {
      return { title: '', status: response.status, ...document, type: document.type, detail: document.detail };
    }
  } catch {
    // Not JSON: the status decides below.
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `HTTP ${response.status}`,
  };
}

/** Whether the same request may succeed later: there was no answer, or an error of the server. */
export function isPassing(error: Error): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.document.status >= 500);
}

/** The route doesn't exist in an API of another version. Its data is left out. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiProblem && error.document.status === 404 && error.kind === 'unknown-route';
}
